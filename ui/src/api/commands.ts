/** The door to the core: every command, by the name the shell gives it. Nothing else calls `invoke`. */
import { invoke } from '@tauri-apps/api/core';
import type {
  ActionOffer,
  Answered,
  ConnectionView,
  Counts,
  ItemView,
  ListAnswer,
  ListRequest,
  MessageView,
  OutboxRow,
  OutFile,
  Person,
  Question,
  RejectedView,
  SamePairs,
  System,
} from './generated/bindings';
import type { AppState, AttachmentContent, CommandError, Fields } from './types';

const CODES = [
  'locked',
  'notFound',
  'invalid',
  'notOffered',
  'wrongKey',
  'tooManyAttempts',
  'inUse',
  'diskFull',
  'diskFailed',
  'damaged',
  'newer',
  'failed',
];

let lockedElsewhere: () => void = () => {};

/** Told when any command is refused because the profile is locked. */
export function onLocked(listener: () => void): void {
  lockedElsewhere = listener;
}

/** Whatever was thrown, as the door's error. */
export function asCommandError(thrown: unknown): CommandError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const { code, message } = thrown;
    if (typeof code === 'string' && CODES.includes(code)) {
      return { code: code as CommandError['code'], message: String(message) };
    }
  }
  return { code: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) };
}

async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    const error = asCommandError(thrown);
    if (error.code === 'locked') lockedElsewhere();
    throw error;
  }
}

export const appState = () => call<AppState>('app_state');
export const createProfile = (passphrase: string | null) => call<void>('create_profile', { passphrase });
export const unlock = (passphrase: string | null) => call<void>('unlock', { passphrase });
export const lock = () => call<void>('lock');
export const startDemo = () => call<void>('start_demo');
/** Tells scripts that wait for it how many rows are painted. */
export const windowReady = (rows: number) => call<void>('window_ready', { rows });

export const worklist = (request: ListRequest) => call<ListAnswer>('worklist', { request });
export const counts = () => call<Counts>('counts');
export const item = (id: string) => call<ItemView>('item', { id });
/** Opens one of the item's own pages elsewhere, in the person's browser. */
export const openLink = (item: string, url: string) => call<void>('open_link', { item, url });
export const watchItem = (id: string) => call<void>('watch_item', { id });

export const act = (item: string, action: string, fields: Fields) => call<OutboxRow>('act', { item, action, fields });
/** Asks a system, in the background. */
export const ask = (question: Question) => call<void>('ask', { question });
/** How far the answer is; null where nobody asked, or where the answer was given. */
export const answered = (question: Question) => call<Answered | null>('answered', { question });
/** The patients whom a connection's settings name. */
export const patientsAt = (connection: string) => call<Person[]>('patients_at', { connection });
/** What can be done at a connection where no item stands yet, and why not where not. */
export const offeredAt = (connection: string) => call<ActionOffer[]>('offered_at', { connection });
/** Does one of those; `instead` is the action that this one corrects. */
export const make = (connection: string, action: string, fields: Fields, instead: string | null) =>
  call<OutboxRow>('make', { connection, action, fields, instead });
export const saveNewDraft = (connection: string, action: string, fields: Fields | null) =>
  call<void>('save_new_draft', { connection, action, fields });
/** Pairs of patients of different systems that nobody decided about yet, the most convincing first. */
export const sameProposals = (offset: number, limit: number) => call<SamePairs>('same_proposals', { offset, limit });
export const confirmSame = (one: string, other: string) => call<void>('confirm_same', { one, other });
export const refuseSame = (one: string, other: string) => call<void>('refuse_same', { one, other });
/** Undoes what was decided about these two. */
export const undoSame = (one: string, other: string) => call<void>('undo_same', { one, other });
export const undo = (action: string) => call<void>('undo', { action });
export const retry = (action: string) => call<void>('retry', { action });
export const discard = (action: string, reason: string) => call<void>('discard', { action, reason });
export const resolve = (action: string, keep: 'mine' | 'theirs') => call<void>('resolve', { action, keep });
export const outbox = (all: boolean) => call<OutboxRow[]>('outbox', { all });
export const saveDraft = (item: string, action: string, fields: Fields | null) =>
  call<void>('save_draft', { item, action, fields });
/** Keeps what is in a file that was picked for a field, and says how the field names it. */
export const keepFile = (item: string, action: string, field: string, name: string, base64: string) =>
  call<OutFile>('keep_file', { item, action, field, name, base64 });

export const systems = () => call<System[]>('systems');
export const connections = () => call<ConnectionView[]>('connections');
export const addConnection = (connection: {
  system: string;
  name: string;
  baseUrl: string;
  settings: Fields;
  secrets: Fields;
}) => call<ConnectionView>('add_connection', connection);
export const setConnection = (id: string, settings: Fields, secrets: Fields | null) =>
  call<void>('set_connection', { id, settings, secrets });
export const checkConnection = (id: string) => call<void>('check_connection', { id });
export const givePin = (id: string, pin: string) => call<void>('give_pin', { id, pin });
export const removeConnection = (id: string) => call<void>('remove_connection', { id });
export const rejected = (id: string) => call<RejectedView[]>('rejected', { id });
export const messages = (id: string) => call<MessageView[]>('messages', { id });

export const fetchAttachment = (item: string, attachment: string) =>
  call<void>('fetch_attachment', { item, attachment });
export const attachment = (item: string, attachment: string) =>
  call<AttachmentContent>('attachment', { item, attachment });

export const syncNow = (full: boolean) => call<void>('sync_now', { full });
export const preferences = () => call<Record<string, unknown>>('preferences');
export const savePreferences = (preferences: Record<string, unknown>) =>
  call<void>('save_preferences', { preferences });
