/** What a person filled in, by the labels that the system declares: never by its own keys. */
import type { ActionDeclaration, OutboxRow } from '../api';
import { allFiles } from '../format/fields';
import { t } from '../strings';
import { connections } from './connections.svelte';

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
  const { yes, no } = t().outbox.conflict;
  return Object.entries(fields)
    .filter(([, value]) => !Array.isArray(value))
    .map(([key, value]) => {
      const field = declared?.find((one) => one.key === key);
      const options = field?.kind.type === 'choice' ? field.kind.options : [];
      const plain = typeof value === 'boolean' ? (value ? yes : no) : String(value);
      const words = options.find((one) => one.value === value)?.label ?? row.names[String(value)] ?? plain;
      return `${field?.label ?? row.names[key] ?? key.replaceAll('_', ' ')}: ${words}`;
    })
    .concat(files)
    .join(' · ');
}
