/** What a person filled in, by the labels that the system declares: never by its own keys. */
import type { OutboxRow } from '../api';
import { allFiles } from '../format/fields';
import { connections } from './connections.svelte';

/** A value of a field, a group, or a list, in words. */
function spoken(value: unknown): string {
  if (Array.isArray(value)) return value.map(spoken).join('; ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(spoken).filter(Boolean).join(', ');
}

export function said(row: OutboxRow): string {
  const fields = typeof row.fields === 'object' && row.fields !== null && !Array.isArray(row.fields) ? row.fields : {};
  const files = allFiles(fields).map((file) => file.name);
  if (typeof fields['text'] === 'string') return [fields['text'], ...files].join('\n');
  const system = connections.list.find((one) => one.name === row.connectionName)?.system;
  const declared = connections.systems
    .find((one) => one.name === system)
    ?.actions.find((one) => one.name === row.action)?.fields;
  return Object.entries(fields)
    .filter(([, value]) => !Array.isArray(value))
    .map(([key, value]) => {
      const field = declared?.find((one) => one.key === key);
      const options = field?.kind.type === 'choice' ? field.kind.options : [];
      const words = options.find((one) => one.value === value)?.label ?? row.names[String(value)] ?? spoken(value);
      return `${field?.label ?? key}: ${words}`;
    })
    .concat(files)
    .join(' · ');
}
