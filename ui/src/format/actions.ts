/** What a declaration says about how an action is offered; no system is named here. */
import type { ActionDeclaration, ActionField, ActionOffer, Fields, ItemView, OutboxRow } from '../api';
import { isFinal } from './states';

/**
 * Whether it cannot be taken back: a verdict, the removal of something, or a setting without a choice, as whatever sets
 * without asking "to what?" leads one way only.
 */
export const isOneWay = ({ verb, fields }: ActionDeclaration) =>
  verb === 'decide' || verb === 'remove' || (verb === 'set' && fields.length === 0);

/** The one yes-or-no field of an action that has nothing else to fill in: it is switched without a panel. */
export function switchOf({ fields }: ActionDeclaration): ActionField | null {
  const [only, ...rest] = fields;
  return only?.kind.type === 'flag' && rest.length === 0 ? only : null;
}

/** Whether a switch stands on, by what the item is to become, else by the mark that it shows for it ("Star", "Starred"). */
export function standsOn(view: ItemView, declaration: ActionDeclaration, field: ActionField): boolean {
  const pending = view.row.pending.find((one) => one.key === field.key);
  if (pending) return pending.value === 'true';
  return view.row.flags.some((flag) => flag.label.toLowerCase().startsWith(declaration.label.toLowerCase()));
}

/**
 * The fields that are asked for at once, and those that fold away: an optional number is a matter of technique, and so is
 * what may be left out and is declared after it.
 */
export function parted(fields: ActionField[]): { shown: ActionField[]; folded: ActionField[] } {
  const first = fields.findIndex((field) => !field.required && field.kind.type === 'number');
  const folds = (field: ActionField, at: number) => first >= 0 && at >= first && !field.required;
  return { shown: fields.filter((field, at) => !folds(field, at)), folded: fields.filter(folds) };
}

/** For so long a receipt stays beside its item although the item was read again since. */
const GLANCE_MS = 60_000;

/** Whether a confirmed action may not show on the item yet: it was not read since, or only just. */
export function isFresh(row: OutboxRow, readAt: string, now: number): boolean {
  if (row.state !== 'confirmed' || row.settledAt === null) return false;
  const settled = Date.parse(row.settledAt);
  return settled >= Date.parse(readAt) || now - settled < GLANCE_MS;
}

/** What was done with the item and still matters beside it, newest last: the unsettled, and receipts that are fresh. */
export function besideItem(view: ItemView, rows: OutboxRow[], now: number): OutboxRow[] {
  const id = view.row.id;
  const all = new Map([...view.outbox, ...rows].filter((row) => row.item === id).map((row) => [row.id, row]));
  // Of two readings of one action the one that is settled is the later.
  for (const row of view.outbox) if (isFinal(row)) all.set(row.id, row);
  return [...all.values()]
    .filter((row) => !isFinal(row) || isFresh(row, view.readAt, now))
    .toSorted((one, other) => Date.parse(one.madeAt) - Date.parse(other.madeAt));
}

/** The receipt of an action that would be done a second time: a decision at all, anything else with the same contents. */
export function doneAlready(offer: ActionOffer, fields: Fields, beside: OutboxRow[]): OutboxRow | null {
  const { name, verb } = offer.declaration;
  if (verb === 'comment') return null;
  const same = (row: OutboxRow) => verb === 'decide' || sameFields(row.fields, fields);
  return beside.findLast((row) => row.action === name && row.state === 'confirmed' && same(row)) ?? null;
}

/** Whether two actions were filled in alike. */
export function sameFields(one: unknown, other: unknown): boolean {
  const written = (fields: unknown) =>
    JSON.stringify(Object.entries(typeof fields === 'object' && fields !== null ? fields : {}).toSorted());
  return written(one) === written(other);
}
