/** An outbox row in words; times of day are written here, from when it settled. */
import type { ConnectionView, OutboxRow } from '../api';
import { t } from '../strings';
import { shortTime } from './times';

const FINAL = ['confirmed', 'discarded', 'withdrawn'];
export const isFinal = (row: OutboxRow) => FINAL.includes(row.state);

/** What the window knows beside the row: the outbox it stands in, and the trouble of its connection. */
export interface Around {
  rows: OutboxRow[];
  trouble: ConnectionView['trouble'];
}

/** What keeps a row here that nothing was tried with yet; null when it leaves by itself. */
export function waitsFor(
  row: OutboxRow,
  { rows, trouble }: Around,
): 'before' | 'offline' | 'waiting' | 'signIn' | 'pin' | null {
  if (row.state !== 'held' && !(row.state === 'queued' && row.reason === null)) return null;
  // One after the other within an item.
  const made = Date.parse(row.madeAt);
  const before = (other: OutboxRow) =>
    other.item === row.item && other.id !== row.id && !isFinal(other) && Date.parse(other.madeAt) < made;
  if (rows.some(before)) return 'before';
  const kind = trouble?.kind;
  return kind === 'offline' || kind === 'waiting' || kind === 'signIn' || kind === 'pin' ? kind : null;
}

/** Whole seconds until a held action leaves; null when it is not held. */
export function secondsLeft(row: OutboxRow, now: number): number | null {
  if (row.state !== 'held' || row.nextAt === null) return null;
  return Math.max(0, Math.ceil((new Date(row.nextAt).getTime() - now) / 1000));
}

/** What a person reads for where an action stands. Never promises a sending that cannot happen. */
export function stateWords(row: OutboxRow, around: Around, now: number): string {
  const words = t().outbox;
  const waits = waitsFor(row, around);
  if (waits !== null) {
    const why = words.waits[waits](row.connectionName);
    return row.state === 'held' ? why : `${words.savedHere}, ${why}`;
  }
  const left = secondsLeft(row, now);
  if (left !== null) return words.sendingIn(left);
  return words.words(row, row.settledAt ? shortTime(row.settledAt, now) : null);
}
