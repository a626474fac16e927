/** An outbox row in words; times of day are written here, from when it settled. */
import type { OutboxRow } from '../api';
import { t } from '../strings';
import { shortTime } from './times';

export function stateWords(row: OutboxRow, now: number): string {
  return t().outbox.words(row, row.settledAt ? shortTime(row.settledAt, now) : null);
}

/** Whole seconds until a held action leaves; null when it is not held. */
export function secondsLeft(row: OutboxRow, now: number): number | null {
  if (row.state !== 'held' || row.nextAt === null) return null;
  return Math.max(0, Math.ceil((new Date(row.nextAt).getTime() - now) / 1000));
}
