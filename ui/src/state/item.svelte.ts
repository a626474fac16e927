import {
  asCommandError,
  core,
  type Changed,
  type CommandError,
  type CommentView,
  type Fields,
  type ItemView,
} from '../api';

const DRAFT_PAUSE_MS = 400;

export type DraftState = 'none' | 'saving' | 'saved' | 'failed';

/** The item on screen: its page, and the draft that is being written on it. */
class ItemPage {
  view = $state.raw<ItemView | null>(null);
  error = $state.raw<CommandError | null>(null);
  draftState = $state<DraftState>('none');
  private id: string | null = null;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private unsaved: { item: string; action: string; fields: Fields | null } | null = null;
  private saving: Promise<void> = Promise.resolve();
  /** Keys under which comments were first shown, by the remote's id, so that a settled one is not drawn anew. */
  private keys = new Map<string, string>();

  /** Shows `id`; the page of another patient is never left standing meanwhile. */
  async open(id: string): Promise<void> {
    if (this.id !== id) {
      this.view = null;
      this.error = null;
      this.keys.clear();
    }
    this.id = id;
    this.draftState = 'none';
    core.watchItem(id).catch(() => {}); // Offline is told by the freshness line.
    await this.load();
  }

  async load(): Promise<void> {
    const id = this.id;
    if (id === null) return;
    const turn = ++this.turn;
    try {
      const view = await core.item(id);
      if (turn !== this.turn || this.id !== id) return;
      for (const comment of view.comments) {
        if (comment.id && comment.action) this.keys.set(comment.id, `action:${comment.action.id}`);
      }
      this.view = view;
      this.error = null;
    } catch (thrown) {
      if (turn === this.turn) this.error = asCommandError(thrown);
    }
  }

  /** The item's own action of this kind: systems name theirs differently, and one that is offered comes first. Null where its
   * kind has none. */
  actionOf(verb: 'comment' | 'status'): string | null {
    const those = this.view?.actions.filter((offer) => offer.declaration.verb === verb) ?? [];
    return (those.find((offer) => offer.refused === null) ?? those[0])?.declaration.name ?? null;
  }

  changed(changed: Changed): void {
    if (this.id !== null && (changed.manyItems || changed.outbox || changed.items.includes(this.id))) void this.load();
  }

  /** The key under which a comment stays the same from "sending soon" to its copy in a pull. */
  keyOf(comment: CommentView, index: number): string {
    if (comment.action) return `action:${comment.action.id}`;
    if (comment.id) return this.keys.get(comment.id) ?? comment.id;
    return `at:${index}`;
  }

  /** Keeps what is being written, at the next pause. */
  draft(item: string, action: string, fields: Fields | null): void {
    if (this.unsaved && (this.unsaved.item !== item || this.unsaved.action !== action)) void this.draftSaved();
    this.unsaved = { item, action, fields };
    this.draftState = 'saving';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.draftSaved(), DRAFT_PAUSE_MS);
  }

  /** Forgets what was about to be kept: it is being sent. */
  dropDraft(): void {
    clearTimeout(this.timer);
    this.unsaved = null;
    this.draftState = 'none';
  }

  /** Keeps what is still unsaved, now. */
  async draftSaved(): Promise<void> {
    clearTimeout(this.timer);
    const draft = this.unsaved;
    if (!draft) return this.saving;
    this.unsaved = null;
    this.saving = this.saving.then(async () => {
      try {
        await core.saveDraft(draft.item, draft.action, draft.fields);
        if (!this.unsaved) this.draftState = draft.fields ? 'saved' : 'none';
      } catch {
        this.draftState = 'failed';
      }
    });
    await this.saving;
  }

  forget(): void {
    clearTimeout(this.timer);
    this.turn++;
    this.id = null;
    this.view = null;
    this.error = null;
    this.unsaved = null;
    this.keys.clear();
  }
}

export const itemPage = new ItemPage();
