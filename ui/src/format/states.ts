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

/** The action of the same item that waits for a person and keeps `row` waiting; null when none does. */
export function blocker(row: OutboxRow, rows: OutboxRow[]): OutboxRow | null {
  const waits = row.reason?.kind === 'behind' || row.state === 'held' || row.state === 'queued';
  if (!waits || row.state === 'needsPerson' || isFinal(row)) return null;
  const made = Date.parse(row.madeAt);
  const asking = rows.filter((other) => other.item === row.item && other.state === 'needsPerson');
  // One that took another's place stands earlier in the order than its time says; the core knows what is behind it.
  const inOrder = asking.find((other) => Date.parse(other.madeAt) < made);
  return inOrder ?? (row.reason?.kind === 'behind' ? asking[0] : null) ?? null;
}

/** A successor is made in the moment in which what it replaces ends; no person does the same again so soon. */
const AT_ONCE_MS = 3000;

/** The action that took the place of a discarded one: made as it ended, with the same contents. */
export function successor(row: OutboxRow, rows: OutboxRow[]): OutboxRow | null {
  if (row.state !== 'discarded' || row.settledAt === null) return null;
  const ended = Date.parse(row.settledAt);
  const follows = (other: OutboxRow) =>
    other.id !== row.id &&
    other.item === row.item &&
    other.action === row.action &&
    Math.abs(Date.parse(other.madeAt) - ended) < AT_ONCE_MS &&
    JSON.stringify(other.fields) === JSON.stringify(row.fields);
  return rows.find(follows) ?? null;
}

/** Whole seconds until a held action leaves; null when it is not held. */
export function secondsLeft(row: OutboxRow, now: number): number | null {
  if (row.state !== 'held' || row.nextAt === null) return null;
  return Math.max(0, Math.ceil((new Date(row.nextAt).getTime() - now) / 1000));
}

/** What a person reads for where an action stands. Never promises a sending that cannot happen. */
export function stateWords(row: OutboxRow, around: Around, now: number): string {
  const words = t().outbox;
  const next = successor(row, around.rows);
  if (next) return words.replacedBy(shortTime(next.madeAt, now));
  const waits = waitsFor(row, around);
  if (waits !== null) {
    const why = words.waits[waits](row.connectionName);
    return row.state === 'held' ? why : `${words.savedHere}, ${why}`;
  }
  const left = secondsLeft(row, now);
  if (left !== null) return words.sendingIn(left);
  return words.words(row, row.settledAt ? shortTime(row.settledAt, now) : null);
}
