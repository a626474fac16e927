import { core, type ActionOffer, type Fields, type OutboxRow } from '../api';
import { isGroup } from '../format/fields';
import { connections } from './connections.svelte';
import { navigation } from './navigation.svelte';

const DRAFT_PAUSE_MS = 400;

/** What is being made: at which connection, by which action, and what it corrects. */
export interface Making {
  connection: string;
  action: string;
  /** What stands in the panel when it opens, instead of a draft. */
  filled: unknown;
  /** The action that is given up when this one is saved. */
  instead: string | null;
}

/** What connections offer where no item stands yet, and the panel in which one of those is filled in. */
class MakingState {
  offers = $state.raw<Record<string, ActionOffer[]>>({});
  open = $state.raw<Making | null>(null);
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private unsaved: { connection: string; action: string; fields: Fields | null } | null = null;

  /** Asks every connection what it offers. */
  async load(): Promise<void> {
    const turn = ++this.turn;
    const asked = connections.list.map(async ({ id }) => [id, await core.offeredAt(id).catch(() => [])] as const);
    const offers = Object.fromEntries(await Promise.all(asked));
    if (turn === this.turn) this.offers = offers;
  }

  /** Everything that can be made, with its connection's name. */
  get all(): { connection: string; name: string; offer: ActionOffer }[] {
    return connections.list.flatMap(({ id, name }) =>
      (this.offers[id] ?? []).map((offer) => ({ connection: id, name, offer })),
    );
  }

  offer(making: Making): ActionOffer | undefined {
    return this.offers[making.connection]?.find((one) => one.declaration.name === making.action);
  }

  begin(connection: string, action: string): void {
    navigation.panel = null;
    this.open = { connection, action, filled: null, instead: null };
  }

  /** Whether what was done can be filled in anew: it was made at a connection, and can still be given up. */
  canCorrect(row: OutboxRow): boolean {
    return row.choices.includes('discard') && this.correction(row) !== null;
  }

  correct(row: OutboxRow): void {
    const making = this.correction(row);
    if (making) this.open = making;
  }

  private correction(row: OutboxRow): Making | null {
    const connection = connections.list.find((one) => one.name === row.connectionName);
    const offered = connection && this.offers[connection.id]?.some((one) => one.declaration.name === row.action);
    return offered ? { connection: connection.id, action: row.action, filled: row.fields, instead: row.id } : null;
  }

  /** Keeps what is being filled in, at the next pause. */
  draft(connection: string, action: string, fields: Fields | null): void {
    this.unsaved = { connection, action, fields };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.draftSaved(), DRAFT_PAUSE_MS);
  }

  dropDraft(): void {
    clearTimeout(this.timer);
    this.unsaved = null;
  }

  /** What was taken back before it left can be gone on with; what is secret in it is typed again. */
  async keepAsDraft(row: OutboxRow): Promise<void> {
    const making = this.correction(row);
    if (!making || !isGroup(row.fields)) return;
    await core.saveNewDraft(making.connection, making.action, row.fields);
    await this.load();
  }

  async draftSaved(): Promise<void> {
    clearTimeout(this.timer);
    const draft = this.unsaved;
    this.unsaved = null;
    if (draft) await core.saveNewDraft(draft.connection, draft.action, draft.fields).catch(() => {});
  }

  close(): void {
    this.open = null;
    void this.draftSaved().then(() => this.load());
  }

  forget(): void {
    this.turn++;
    clearTimeout(this.timer);
    this.unsaved = null;
    this.offers = {};
    this.open = null;
  }
}

export const making = new MakingState();
