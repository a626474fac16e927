/** What a value on its way is called: by what its system declares, never by the system's own key. */
import type { PendingValue } from '../api';
import { isFinal } from '../format/states';
import { t } from '../strings';
import { outbox } from './outbox.svelte';
import { declaredOf } from './said';

/** A label, and what the value is to be; either may say nothing. */
export function pendingWords(
  item: string,
  { verb, key, value }: PendingValue,
): { label: string | null; to: string | null } {
  const { yes, no } = t().outbox.conflict;
  const doing = outbox.rows
    .filter((row) => row.item === item && (!isFinal(row) || row.state === 'confirmed'))
    .map((row) => ({ row, declared: declaredOf(row) }))
    .filter(({ declared }) => declared?.verb === verb);
  for (const { row, declared } of doing) {
    const field = declared?.fields.find((one) => one.key === key);
    if (!field) continue;
    if (field.kind.type === 'flag') return { label: field.label, to: value === 'true' ? yes : no };
    const options = field.kind.type === 'choice' ? field.kind.options : [];
    const named =
      value === null ? null : (row.names[value] ?? options.find((one) => one.value === value)?.label ?? value);
    return { label: field.label, to: named ?? t().worklist.toNothing };
  }
  // What an action sets by itself is said by its name: "Approve", "Close", "Take the physician off".
  const [{ row = null, declared = null } = {}] = doing;
  const chosen = declared?.fields.some((field) => field.required) ?? false;
  const speaks = value !== null && value !== 'true' && value !== 'false';
  const option = declared?.fields.flatMap((field) => (field.kind.type === 'choice' ? field.kind.options : []));
  const spoken = option?.find((one) => one.value === value)?.label ?? value;
  return { label: row?.label ?? null, to: speaks && (chosen || row === null) ? spoken : null };
}
