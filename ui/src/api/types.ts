/** The shapes of the door that the domain crate does not know: the window's own. */
import type { OutFile } from './generated/bindings';

export type Phase = 'firstRun' | 'locked' | 'open';
export type KeySlot = 'passphrase' | 'keychain';

/** Where the app stands, before and after unlocking. */
export interface AppState {
  phase: Phase;
  demo: boolean;
  /** When the demo profile was made anew; null outside the demo. */
  demoRemadeAt: string | null;
  /** What the key is wrapped by. */
  keySlots: KeySlot[];
  keychainAvailable: boolean;
  version: string;
  /** Actions that have not left yet; null when that is not known while locked. */
  unsent: number | null;
}

/** What changed in the store, told after commit. */
export interface Changed {
  items: string[];
  manyItems: boolean;
  outbox: boolean;
  connections: boolean;
  app: boolean;
}

export type ErrorCode =
  | 'locked'
  | 'notFound'
  | 'invalid'
  | 'notOffered'
  | 'wrongKey'
  | 'tooManyAttempts'
  | 'inUse'
  | 'diskFull'
  | 'diskFailed'
  | 'damaged'
  | 'newer'
  | 'failed';

/** What a command is rejected with. */
export interface CommandError {
  code: ErrorCode;
  message: string;
}

export type AttachmentState = 'absent' | 'fetching' | 'here' | 'failed';

export interface AttachmentContent {
  state: AttachmentState;
  mediaType: string | null;
  base64: string | null;
  message: string | null;
}

/** A value of a form: of a field, of a group of fields, of the same group several times over, or of files. */
export type FieldValue = string | number | boolean | null | Fields | Fields[] | OutFile[];

/** Values of a form, by field key. */
export interface Fields {
  [key: string]: FieldValue;
}

export type OutboxChoice = 'undo' | 'retry' | 'discard' | 'keepMine' | 'takeTheirs';
