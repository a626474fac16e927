/** A conflict in words: what a value is called, and what keeping one's own would replace. */
import type { ActionDeclaration, Conflict, Disputed, OutboxRow } from '../api';
import { t } from '../strings';

type Names = Record<string, string | undefined>;

/** A value for reading. */
export function valueWords(value: Disputed['mine'], names: Names): string {
  const words = t().outbox.conflict;
  if (value === undefined) return words.unchanged;
  if (value === null) return words.nothing;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.map((one) => valueWords(one, names)).join(', ') || words.nothing;
  return typeof value === 'string' ? (names[value] ?? value) : JSON.stringify(value);
}

/** What a value is called: by the core, by the field that sets it, or by the action when it concerns nothing else. */
export function keyWords(key: string, row: OutboxRow, declared: ActionDeclaration | undefined, alone: boolean): string {
  const field = declared?.fields.find((one) => one.key === key);
  return row.names[key] ?? field?.label ?? (alone ? row.label : key.replaceAll('_', ' '));
}

/** Lists and records are the same when they hold the same. */
const same = (one: Disputed['mine'], other: Disputed['mine']): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What keeping mine would replace, when that is one thing that can be named. */
export function replaced({ fields }: Conflict, names: Names): string | null {
  const [only, ...others] = fields.filter(({ mine, theirs }) => mine !== undefined && !same(mine, theirs));
  if (!only || others.length > 0 || only.theirs === null || typeof only.theirs === 'boolean') return null;
  return valueWords(only.theirs, names);
}

/** When the item last changed says something only with who did it, or when it is later than what the person decided on. */
export function changedWhen({ who, when }: Conflict, madeAt: string): string | null {
  return when !== null && (who !== null || Date.parse(when) > Date.parse(madeAt)) ? when : null;
}
