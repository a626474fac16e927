import { asCommandError, core, type CommandError, type OutboxChoice, type OutboxRow } from '../api';
import { blocker, isFinal } from '../format/states';
import { t } from '../strings';
import { making } from './making.svelte';
import { notices } from './notices.svelte';

/** What people did here and how it stands. */
class Outbox {
  rows = $state.raw<OutboxRow[]>([]);
  loaded = $state(false);
  error = $state.raw<CommandError | null>(null);
  private turn = 0;

  readonly unsettled = $derived(this.rows.filter((row) => !isFinal(row)));
  readonly waiting = $derived(this.unsettled.filter((row) => row.state === 'needsPerson'));
  readonly doubtful = $derived(this.unsettled.filter((row) => row.state === 'doubtful'));
  readonly moving = $derived(this.unsettled.filter((row) => row.state !== 'needsPerson' && row.state !== 'doubtful'));
  readonly receipts = $derived(this.rows.filter(isFinal));
  /** The latest action that can still be taken back. */
  readonly held = $derived(this.unsettled.filter((row) => row.state === 'held').at(0) ?? null);

  /** What waits on the same item until somebody has settled `row`, oldest first. */
  stuckBehind(row: OutboxRow): OutboxRow[] {
    return this.unsettled
      .filter((other) => blocker(other, this.rows)?.id === row.id)
      .toSorted((one, other) => Date.parse(one.madeAt) - Date.parse(other.madeAt));
  }

  async load(): Promise<void> {
    const turn = ++this.turn;
    try {
      const rows = await core.outbox(true);
      if (turn !== this.turn) return;
      this.announce(rows);
      this.rows = rows;
      this.error = null;
      this.loaded = true;
    } catch (thrown) {
      if (turn === this.turn) this.error = asCommandError(thrown);
    }
  }

  async choose(row: OutboxRow, choice: Exclude<OutboxChoice, 'discard'>): Promise<void> {
    try {
      if (choice === 'undo') {
        await core.undo(row.id);
        await making.keepAsDraft(row);
        notices.show(t().outbox.undone);
      } else if (choice === 'retry') await core.retry(row.id);
      else await core.resolve(row.id, choice === 'keepMine' ? 'mine' : 'theirs');
    } catch (thrown) {
      notices.error(t().outbox.hadFailed, asCommandError(thrown));
    }
    await this.load();
  }

  async discard(row: OutboxRow, reason: string): Promise<CommandError | null> {
    try {
      await core.discard(row.id, reason);
      await this.load();
      return null;
    } catch (thrown) {
      return asCommandError(thrown);
    }
  }

  forget(): void {
    this.turn++;
    this.rows = [];
    this.loaded = false;
    this.error = null;
  }

  private announce(rows: OutboxRow[]): void {
    if (!this.loaded) return;
    const before = new Map(this.rows.map((row) => [row.id, row.state]));
    for (const row of rows) {
      const was = before.get(row.id);
      if (was === undefined || was === row.state) continue;
      if (row.state === 'confirmed') notices.say(t().live.confirmed(row.label));
      if (row.state === 'needsPerson') notices.say(t().live.needsYou(row.label));
    }
  }
}

export const outbox = new Outbox();
