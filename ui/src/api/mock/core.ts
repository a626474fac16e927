/** The mocked door: answers every command from made-up rows, and tells of changes as the core would. */
import { emit } from '@tauri-apps/api/event';
import type { CommentView, ConnectionView, ListRequest, OutboxRow, WorklistRow } from '../generated/bindings';
import type { AppState, Changed, CommandError } from '../types';
import { SYSTEMS } from './declarations';
import { makeComments } from './comments';
import { makeView } from './details';
import { MESSAGES } from './messages';
import { made, moved, everyState } from './outbox';
import { kept, PIXEL } from './pieces';
import { asStudies, asStudy, disputes, STUDY_ACTIONS } from './radiology';
import { isOpen, order, read } from './query';
import { rejected } from './rejected';
import { ME, makeRows } from './rows';
import { sameCommands } from './same';
import { FRESH, settle, type Scene } from './scenes';

const error = (code: CommandError['code'], message: string): CommandError => ({ code, message });
export class MockCore {
  rows: WorklistRow[];
  outbox: OutboxRow[];
  connections: ConnectionView[];
  state: AppState;
  preferences: Record<string, unknown>;
  private comments = new Map<string, CommentView[]>();
  private drafts = new Map<string, unknown>();
  private fetched = new Set<string>();
  private fetching = new Set<string>();
  private sorted: { key: string; rows: WorklistRow[] } | null = null;

  constructor(readonly scene: Scene) {
    const rows = makeRows(scene.rows, Date.now());
    this.rows = scene.studies ? asStudies(rows) : rows;
    const everything = scene.studies ? disputes : everyState;
    this.outbox = scene.outbox && scene.rows > 1000 ? everything(this.rows) : [];
    this.connections = scene.connections;
    this.state = scene.state;
    this.preferences = { ...scene.preferences };
    Object.assign(this, sameCommands(this));
    settle(this);
  }

  change(changed: Partial<Changed>): void {
    this.sorted = null;
    void emit('changed', { items: [], manyItems: false, outbox: false, connections: false, app: false, ...changed });
  }

  async answer(command: string, args: Record<string, unknown>): Promise<unknown> {
    if (this.scene.slow) await new Promise((done) => setTimeout(done, this.scene.slow));
    const failure = this.scene.fails[command];
    if (failure) throw failure;
    const open = ['app_state', 'preferences', 'save_preferences', 'create_profile', 'unlock', 'start_demo', 'systems'];
    if (this.state.phase !== 'open' && !open.includes(command)) throw error('locked', 'The profile is locked.');
    const handler = (this as unknown as Record<string, ((args: never) => unknown) | undefined>)[`on_${command}`];
    if (!handler) throw error('failed', `no command ${command}`);
    return handler.call(this, args as never);
  }

  on_app_state = () => this.state;
  on_window_ready = () => null;
  on_preferences = () => {
    if (this.state.phase === 'open') return this.preferences;
    const { theme, language, textSize } = this.preferences;
    return { theme, language, textSize };
  };
  on_save_preferences = (args: { preferences: Record<string, unknown> }) => void (this.preferences = args.preferences);
  on_create_profile = () => void (this.state = { ...this.state, phase: 'open' });
  on_start_demo = () =>
    void (this.state = { ...this.state, phase: 'open', demo: true, demoRemadeAt: new Date().toISOString() });
  on_lock = () => void (this.state = { ...this.state, phase: 'locked', unsent: 3 });
  on_unlock = (args: { passphrase: string | null }) => {
    if (this.scene.refuses) throw this.scene.refuses;
    if (args.passphrase !== null && args.passphrase !== 'correct horse battery')
      throw error('wrongKey', 'The passphrase does not open this profile.');
    this.state = { ...this.state, phase: 'open' };
  };

  on_worklist = ({ request }: { request: ListRequest }) => {
    const { tests, chips, problem } = read(request.query);
    const key = JSON.stringify([request.query, request.sort, request.descending]);
    if (this.sorted?.key !== key) {
      const found = this.rows.filter((row) => tests.every((test) => test(row)));
      this.sorted = { key, rows: order(found, request.sort, request.descending) };
    }
    const all = this.sorted.rows;
    return { rows: all.slice(request.offset, request.offset + request.limit), total: all.length, chips, problem };
  };
  on_counts = () => {
    const count = (test: (row: WorklistRow) => boolean) => this.rows.filter(test).length;
    return {
      open: count(isOpen),
      groups: (['new', 'active', 'waiting', 'done', 'closed'] as const).map((group) => ({
        group,
        count: count((row) => row.statusGroup === group),
      })),
      mine: count((row) => row.mine && isOpen(row)),
      unassigned: count((row) => row.assignee === null && isOpen(row)),
      urgent: count((row) => row.priority !== 'routine' && isOpen(row)),
      needsPerson: count((row) => row.unsettled === 'needsPerson'),
      inDoubt: count((row) => row.unsettled === 'doubt'),
      all: this.rows.length,
    };
  };
  on_item = ({ id }: { id: string }) => {
    const row = this.row(id);
    const shown = [...this.commentsOf(row)];
    for (const action of this.outbox) {
      if (
        action.item !== id ||
        action.action !== 'comment' ||
        ['confirmed', 'discarded', 'withdrawn'].includes(action.state)
      )
        continue;
      const fields = action.fields as { text: string; internal?: boolean };
      shown.push({
        id: null,
        text: fields.text,
        internal: fields.internal === true,
        author: ME,
        mine: true,
        made: { text: action.madeAt, at: action.madeAt },
        action,
        removal: null,
      });
    }
    const view = makeView(row, shown, this.outbox, this.connections[0]?.name ?? '', this.drafts);
    return this.scene.studies ? asStudy(view, this.drafts) : view;
  };
  on_watch_item = () => null;
  on_act = (args: { item: string; action: string; fields: Record<string, unknown> }) => {
    const row = this.row(args.item);
    const action = made(
      row,
      args.action,
      args.action === 'comment'
        ? 'Comment'
        : (STUDY_ACTIONS.find((declared) => declared.name === args.action)?.label ?? 'Change status'),
      args.fields,
      'held',
      0,
      {
        nextAt: new Date(Date.now() + this.scene.hold).toISOString(),
        connectionName: this.connections.find((one) => one.id === row.connection)?.name ?? 'CareValidate demo',
      },
    );
    this.outbox = [action, ...this.outbox];
    this.drafts.delete(`${args.item} ${args.action}`);
    this.touch(args.item, 'pending', args.action === 'comment' ? 1 : 0);
    this.change({ outbox: true, items: [args.item] });
    if (!this.scene.frozen) setTimeout(() => this.step(action.id, 'queued'), this.scene.hold);
    return action;
  };
  on_offered_at = () => [];
  on_ask = () => null;
  on_answered = () => ({ state: 'found', items: [] });
  on_patients_at = () => [];
  on_undo = ({ action }: { action: string }) => {
    const row = this.action(action);
    if (row.state !== 'held') throw error('notOffered', 'It has already left.');
    this.drafts.set(`${row.item} ${row.action}`, row.fields);
    this.move(action, 'withdrawn');
    this.touch(row.item, 'nothing', -1);
    this.change({ outbox: true, items: [row.item] });
  };
  on_retry = ({ action }: { action: string }) => this.step(action, 'queued');
  on_resolve = ({ action, keep }: { action: string; keep: string }) =>
    keep === 'mine' ? this.step(action, 'queued') : this.move(action, 'discarded');
  on_discard = ({ action }: { action: string }) => {
    this.move(action, 'discarded');
    this.change({ outbox: true });
  };
  on_outbox = () => this.outbox;
  on_save_draft = (args: { item: string; action: string; fields: unknown }) => {
    if (args.fields === null) this.drafts.delete(`${args.item} ${args.action}`);
    else this.drafts.set(`${args.item} ${args.action}`, args.fields);
  };
  on_keep_file = kept;
  on_open_link = () => null;
  on_messages = () => MESSAGES;
  on_systems = () =>
    this.scene.studies
      ? SYSTEMS.map((system) => ({ ...system, name: 'ambra', title: 'Ambra', actions: STUDY_ACTIONS }))
      : SYSTEMS;
  on_connections = () => this.connections;
  on_add_connection = (args: { name: string; system: string; baseUrl: string; settings: object }) => {
    const connection: ConnectionView = {
      id: `connection-${this.connections.length + 1}`,
      name: args.name,
      system: args.system,
      systemTitle: 'CareValidate',
      baseUrl: args.baseUrl,
      settings: args.settings as never,
      ...FRESH,
    };
    this.connections = [...this.connections, connection];
    this.change({ connections: true });
    return connection;
  };
  on_set_connection = () => this.change({ connections: true });
  on_check_connection = () =>
    setTimeout(() => {
      this.connections = this.connections.map((one) => ({ ...one }));
      this.change({ connections: true });
    }, 600) && null;
  on_give_pin = ({ id }: { id: string }) =>
    setTimeout(() => {
      const given = (one: ConnectionView) => (one.id === id ? { ...one, pinWanted: null, trouble: null } : one);
      this.connections = this.connections.map(given);
      this.change({ connections: true });
    }, 600) && null;
  on_remove_connection = ({ id }: { id: string }) => {
    this.connections = this.connections.filter((one) => one.id !== id);
    this.change({ connections: true, manyItems: true });
  };
  on_rejected = rejected;
  on_fetch_attachment = ({ item, attachment }: { item: string; attachment: string }) => {
    this.fetching.add(attachment);
    setTimeout(() => {
      this.fetching.delete(attachment);
      this.fetched.add(attachment);
      this.change({ items: [item] });
    }, this.scene.fetch);
  };
  on_attachment = ({ attachment }: { attachment: string }) => {
    if (this.fetching.has(attachment)) return { state: 'fetching', mediaType: null, base64: null, message: null };
    if (!this.fetched.has(attachment)) return { state: 'absent', mediaType: null, base64: null, message: null };
    if (attachment === 'file-text')
      return {
        state: 'here',
        mediaType: 'text/plain',
        base64: btoa(
          'LABORATORY REPORT (made up)\n\nTSH        1.9 mIU/L   (0.4 - 4.0)\nFerritin   88 ug/L     (30 - 400)\n<b>not markup</b>\n',
        ),
        message: null,
      };
    if (attachment === 'file-image') return { state: 'here', mediaType: 'image/png', base64: PIXEL, message: null };
    return {
      state: 'failed',
      mediaType: null,
      base64: null,
      message:
        'CareValidate demo no longer offers this file. Nothing else is affected. Try again later, or open the case in the portal.',
    };
  };
  on_sync_now = () => this.change({ connections: true });

  row(id: string): WorklistRow {
    const row = this.rows.find((one) => one.id === id);
    if (!row) throw error('notFound', 'No such item is kept here.');
    return row;
  }
  private action(id: string): OutboxRow {
    const row = this.outbox.find((one) => one.id === id);
    if (!row) throw error('notFound', 'No such action.');
    return row;
  }
  private commentsOf(row: WorklistRow): CommentView[] {
    const known = this.comments.get(row.id) ?? makeComments(row);
    this.comments.set(row.id, known);
    return known;
  }
  private touch(id: string, unsettled: WorklistRow['unsettled'], comments: number): void {
    this.commentsOf(this.row(id));
    this.rows = this.rows.map((row) =>
      row.id === id ? { ...row, unsettled, comments: row.comments + comments } : row,
    );
  }
  private move(id: string, state: OutboxRow['state'], more: Partial<OutboxRow> = {}): void {
    this.outbox = this.outbox.map((row) => (row.id === id ? moved(row, state, more) : row));
  }
  private step(id: string, state: OutboxRow['state']): void {
    const row = this.action(id);
    if (row.state === 'withdrawn' || row.state === 'discarded') return;
    this.move(id, state);
    if (state === 'confirmed' && row.action === 'comment') {
      const fields = row.fields as { text: string; internal?: boolean };
      const comment: CommentView = {
        id: `remote-${id}`,
        text: fields.text,
        internal: fields.internal === true,
        author: ME,
        mine: true,
        made: { text: row.madeAt, at: row.madeAt },
        action: this.action(id),
        removal: null,
      };
      this.comments.set(row.item, [...(this.comments.get(row.item) ?? []), comment]);
      this.touch(row.item, 'nothing', 0);
      // The pull brings the remote's copy a little later.
      setTimeout(() => {
        this.comments.set(
          row.item,
          (this.comments.get(row.item) ?? []).map((one) => (one.id === comment.id ? { ...one, action: null } : one)),
        );
        this.change({ items: [row.item] });
      }, 4000);
    }
    this.change({ outbox: true, items: [row.item] });
    if (state === 'queued' && !this.scene.offline) setTimeout(() => this.step(id, 'inflight'), 300);
    if (state === 'inflight') setTimeout(() => this.step(id, 'confirmed'), 600);
  }
}
