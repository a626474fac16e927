/** What a person filled in, by the labels that the system declares: never by its own keys. */
import type { ActionDeclaration, OutboxRow } from '../api';
import { allFiles, filesOf } from '../format/fields';
import { t } from '../strings';
import { connections } from './connections.svelte';

/** A value of a field, a group, or a list, in words. */
function spoken(value: unknown): string {
  const { yes, no } = t().outbox.conflict;
  if (Array.isArray(value)) return value.map(spoken).join('; ');
  if (typeof value === 'boolean') return value ? yes : no;
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(spoken).filter(Boolean).join(', ');
}

/** What its system declares of an action. */
export function declaredOf(row: OutboxRow): ActionDeclaration | undefined {
  const system = connections.list.find((one) => one.name === row.connectionName)?.system;
  return connections.systems.find((one) => one.name === system)?.actions.find((one) => one.name === row.action);
}

export function said(row: OutboxRow): string {
  const fields = typeof row.fields === 'object' && row.fields !== null && !Array.isArray(row.fields) ? row.fields : {};
  const files = allFiles(fields).map((file) => file.name);
  if (typeof fields['text'] === 'string') return [fields['text'], ...files].join('\n');
  const declared = declaredOf(row)?.fields;
  return Object.entries(fields)
    .filter(([, value]) => filesOf(value).length === 0)
    .map(([key, value]) => {
      const field = declared?.find((one) => one.key === key);
      const options = field?.kind.type === 'choice' ? field.kind.options : [];
      const words = options.find((one) => one.value === value)?.label ?? row.names[String(value)] ?? spoken(value);
      return `${field?.label ?? row.names[key] ?? key.replaceAll('_', ' ')}: ${words}`;
    })
    .concat(files)
    .join(' · ');
}
