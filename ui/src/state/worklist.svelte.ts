import { asCommandError, core, type Chip, type CommandError, type Counts } from '../api';
import type { QueryProblem, SortColumn, WorklistRow } from '../api';
import { connections } from './connections.svelte';
import { readViews, termsIn, VIEWS, type ReadView, type ViewName } from './views';

export const PAGE = 100;
const KEPT_PAGES = 24;
const TYPING_PAUSE_MS = 90;

/** What the table keeps in place while rows change under it. */
export interface Anchor {
  hold(): void;
  release(): void;
}

/**
 * The worklist: any stretch of up to 100,000 rows, by offset. Pages are kept until something changes; then the old rows
 * stay on screen until the new ones are here. The cursor is an item's id, never a position.
 */
export class Worklist {
  /** One of the built-in views, or one that was read from a system. */
  view = $state.raw<ViewName | ReadView>('open');
  typed = $state('');
  sort = $state<SortColumn>('work');
  descending = $state(false);
  total = $state<number | null>(null);
  chips = $state.raw<Chip[]>([]);
  problem = $state.raw<QueryProblem | null>(null);
  counts = $state.raw<Counts | null>(null);
  /** How many open items are late: time alone changes it, so it is asked for apart. */
  overdue = $state<number | null>(null);
  /** How many items the views hold that were read from systems, by their keys. */
  readCounts = $state.raw<Record<string, number>>({});
  error = $state.raw<CommandError | null>(null);
  pages = $state.raw(new Map<number, WorklistRow[]>());
  cursor = $state<string | null>(null);
  /** Moves by one whenever another question is asked: the table then goes to its top. */
  question = $state(0);
  /** Moves by one whenever the cursor is moved by keys: the table then brings it into view. */
  reveal = $state(0);

  /** The person put the cursor where it is; until then it may stay with the first row while a first pull brings rows. */
  private placed = false;
  /** Where the cursor's row was last seen. */
  private place = 0;
  private fresh = new Set<number>();
  private wanted: [number, number] = [0, PAGE - 1];
  private epoch = 0;
  private changes = 0;
  private pumping = false;
  private counting = false;
  private countAgain = false;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private anchor: Anchor | null = null;
  /** A first pull goes on. */
  filling = false;

  readonly before = $derived(typeof this.view === 'string' ? VIEWS[this.view] : this.view.query);
  readonly query = $derived(`${this.before} ${this.typed}`.trim());
  readonly cursorRow = $derived.by(() => (this.cursor === null ? null : (this.find(this.cursor)?.row ?? null)));

  rowAt(index: number): WorklistRow | undefined {
    return this.pages.get(Math.floor(index / PAGE) * PAGE)?.[index % PAGE];
  }

  find(id: string): { index: number; row: WorklistRow } | null {
    for (const [offset, rows] of this.pages) {
      const at = rows.findIndex((row) => row.id === id);
      const row = rows[at];
      if (row) return { index: offset + at, row };
    }
    return null;
  }

  /** Where the cursor stands, by what is known. */
  get cursorIndex(): number {
    if (this.cursor !== null) this.place = this.find(this.cursor)?.index ?? this.place;
    return this.place;
  }

  keepInPlace(anchor: Anchor): () => void {
    this.anchor = anchor;
    return () => {
      if (this.anchor === anchor) this.anchor = null;
    };
  }

  type(text: string): void {
    this.typed = text;
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => void this.ask(), TYPING_PAUSE_MS);
  }

  /**
   * Answers what was typed or scanned, beyond this view when it has nothing: who holds a specimen need not know whether its
   * case is closed. Gives the item when it can only be that one. A number opens only what bears exactly this number: words
   * are found by their beginning and in comments too, and a number cut short would open another patient's case.
   */
  async lookUp(text: string): Promise<string | null> {
    this.typed = text;
    let answered = await this.ask();
    if (answered && this.total === 0 && text.trim() && this.view !== 'all' && !this.problem) {
      this.view = 'all';
      answered = await this.ask();
    }
    if (!answered) return null;
    const wanted = text.replaceAll('"', '').trim().toLowerCase();
    const exact = (this.pages.get(0) ?? []).filter((row) =>
      [row.identifier?.value, row.accession, row.externalId].some((one) => one?.toLowerCase() === wanted),
    );
    const only = this.total === 1 && !/\d/.test(wanted) ? this.cursor : null;
    const found = exact.length === 1 ? (exact[0]?.id ?? null) : only;
    if (found !== null) this.select(found);
    return found;
  }

  /** Takes one understood term out of what was typed. */
  removeChip(chip: Chip): void {
    const at = this.typed.indexOf(chip.source);
    if (at < 0) return;
    const rest = this.typed.slice(0, at) + this.typed.slice(at + chip.source.length);
    this.typed = rest.replace(/\s+/g, ' ').trim();
    void this.ask();
  }

  /** Shows a view; resolves when it is read. */
  async show(view: ViewName | ReadView): Promise<void> {
    this.view = view;
    await this.ask();
  }

  sortBy(column: SortColumn): void {
    if (this.sort === column) this.descending = !this.descending;
    else {
      this.sort = column;
      this.descending = column === 'updated' || column === 'created';
    }
    void this.ask();
  }

  /** Everything anew, for the first time or after unlocking. */
  async reload(): Promise<void> {
    void this.recount();
    await this.ask();
  }

  /** The rows that are on screen; asks for those that are missing. */
  want(first: number, last: number): void {
    this.wanted = [first, last];
    void this.pump();
  }

  /** Something changed in the store: what is shown is read again, and stays until it is. */
  invalidate(): void {
    this.changes++;
    this.fresh.clear();
    void this.pump();
    void this.recount();
  }

  async retry(): Promise<void> {
    this.error = null;
    await this.reload();
  }

  /** Moves the cursor by `steps` rows and gives the item it comes to; null at an end. */
  async move(steps: number): Promise<string | null> {
    if (!this.total) return null;
    const here = this.cursorIndex;
    const found = this.cursor !== null && this.find(this.cursor) !== null;
    // A row that left the view made room: its neighbour now stands where it stood.
    const step = !found && steps > 0 ? steps - 1 : steps;
    const to = Math.min(this.total - 1, Math.max(0, this.cursor === null ? 0 : here + step));
    const row = this.rowAt(to) ?? (await this.fetchAt(to));
    if (!row) return null;
    this.placed = true;
    const moved = row.id !== this.cursor;
    this.place = to;
    this.cursor = row.id;
    this.reveal++;
    return moved ? row.id : null;
  }

  select(id: string): void {
    this.placed = true;
    this.cursor = id;
    void this.cursorIndex;
  }

  forget(): void {
    clearTimeout(this.typingTimer);
    this.epoch++;
    this.pages = new Map();
    this.fresh.clear();
    this.total = null;
    this.counts = null;
    this.overdue = null;
    this.readCounts = {};
    this.chips = [];
    this.problem = null;
    this.cursor = null;
    this.typed = '';
    this.error = null;
  }

  /** Asks what is typed and chosen; tells whether that was answered, and not something newer or an error. */
  private async ask(): Promise<boolean> {
    clearTimeout(this.typingTimer);
    const epoch = ++this.epoch;
    const changes = this.changes;
    this.wanted = [0, PAGE - 1];
    const answer = await this.fetch(0, PAGE, epoch);
    if (!answer) return false;
    this.pages = new Map([[0, answer.rows]]);
    this.fresh = new Set(changes === this.changes ? [0] : []);
    this.cursor = answer.rows[0]?.id ?? null;
    this.place = 0;
    this.placed = false;
    this.question++;
    void this.pump();
    return true;
  }

  private async fetchAt(index: number): Promise<WorklistRow | undefined> {
    const offset = Math.floor(index / PAGE) * PAGE;
    this.fresh.add(offset);
    const answer = await this.fetch(offset, PAGE, this.epoch);
    if (answer) this.keep(offset, answer.rows);
    return this.rowAt(index);
  }

  /** Asks for what is wanted and not fresh, one request at a time, until nothing is. */
  private async pump(): Promise<void> {
    if (this.pumping || this.total === null) return;
    this.pumping = true;
    try {
      for (;;) {
        const epoch = this.epoch;
        const last = Math.min(this.wanted[1], Math.max(0, (this.total ?? 0) - 1));
        const missing: number[] = [];
        for (let at = Math.floor(this.wanted[0] / PAGE) * PAGE; at <= last; at += PAGE) {
          if (!this.fresh.has(at)) missing.push(at);
        }
        const from = missing[0];
        if (from === undefined) return;
        const limit = (missing[missing.length - 1] ?? from) - from + PAGE;
        // Marked before asking: a change that comes meanwhile clears it, and it is asked for again.
        for (let at = from; at < from + limit; at += PAGE) this.fresh.add(at);
        const answer = await this.fetch(from, limit, epoch);
        if (epoch !== this.epoch) continue;
        if (!answer) return;
        this.anchor?.hold();
        this.keep(from, answer.rows);
        this.anchor?.release();
      }
    } finally {
      this.pumping = false;
    }
  }

  private keep(from: number, rows: WorklistRow[]): void {
    const pages = new Map<number, WorklistRow[]>();
    const near = (offset: number) => Math.abs(offset - from) <= (KEPT_PAGES / 2) * PAGE;
    for (const [offset, kept] of this.pages) {
      if (near(offset) && this.fresh.has(offset)) pages.set(offset, kept);
      else this.fresh.delete(offset);
    }
    for (let at = 0; at < Math.max(rows.length, 1); at += PAGE) {
      pages.set(from + at, rows.slice(at, at + PAGE));
    }
    this.pages = pages;
    // Otherwise the preview shows somebody who is nowhere in sight.
    if (!this.placed && from === 0 && this.filling) this.cursor = rows[0]?.id ?? null;
    void this.cursorIndex;
  }

  private async fetch(offset: number, limit: number, epoch: number) {
    try {
      const request = { query: this.query, sort: this.sort, descending: this.descending, offset, limit };
      const answer = await core.worklist(request);
      if (epoch !== this.epoch) return null;
      this.total = answer.total;
      this.chips = answer.chips.slice(termsIn(this.before));
      this.problem = answer.problem;
      this.error = null;
      return answer;
    } catch (thrown) {
      if (epoch === this.epoch) {
        this.error = asCommandError(thrown);
        this.fresh.clear();
      }
      return null;
    }
  }

  /** Counts the views anew. */
  async recount(): Promise<void> {
    if (this.counting) {
      this.countAgain = true;
      return;
    }
    this.counting = true;
    try {
      const total = async (query: string) => {
        const request = { query, sort: this.sort, descending: false, offset: 0, limit: 1 };
        return (await core.worklist(request).catch(() => null))?.total ?? null;
      };
      // During a first pull rows change without end; those counts wait for it.
      const read = this.filling ? [] : connections.list.flatMap((connection) => readViews(connection).shown);
      const [counts, overdue, totals] = await Promise.all([
        core.counts(),
        total(VIEWS.overdue),
        Promise.all(read.map(async ({ key, query }) => [key, await total(query)] as const)),
      ]);
      this.counts = counts;
      this.overdue = overdue;
      this.readCounts = Object.fromEntries(totals.flatMap(([key, count]) => (count === null ? [] : [[key, count]])));
    } catch {
      // The list itself says what is wrong; old counts stand meanwhile.
    } finally {
      this.counting = false;
      if (this.countAgain) {
        this.countAgain = false;
        void this.recount();
      }
    }
  }
}

export const worklist = new Worklist();
