/** The values of a declared form: its defaults, and what is missing. */
import type { FieldKind, Fields } from '../api';
import { secondOf } from './dates';

/** A field as a system declares it: of a connection or of an action. */
export interface Declared {
  key: string;
  label: string;
  help: string;
  kind: FieldKind;
  required: boolean;
  default: string | null;
}

export function defaultOf(field: Declared): Fields[string] {
  if (field.kind.type === 'flag') return field.default === 'true';
  if (field.default === null) return null;
  if (field.kind.type === 'moment' && field.default === 'now') return secondOf(new Date());
  return field.kind.type === 'number' ? Number(field.default) : field.default;
}

/** Settings are kept as words: `true` of a flag, `60` of a number. */
function asKind(field: Declared, value: string | number | boolean): Fields[string] {
  if (field.kind.type === 'flag') return value === true || value === 'true';
  return field.kind.type === 'number' ? Number(value) : value;
}

/** What is kept (a draft, a setting) over the defaults; only what the fields declare. */
export function filled(fields: Declared[], kept: unknown): Fields {
  const values: Record<string, unknown> = typeof kept === 'object' && kept !== null ? { ...kept } : {};
  return Object.fromEntries(
    fields.map((field) => {
      const value = values[field.key];
      const fits =
        (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
      return [field.key, fits ? asKind(field, value) : defaultOf(field)];
    }),
  );
}

/** The first field that cannot be left out and was. */
export function missing(fields: Declared[], values: Fields): Declared | null {
  const blank = (value: unknown) =>
    value === null || value === undefined || (typeof value === 'string' && !value.trim());
  return fields.find((field) => field.required && field.kind.type !== 'flag' && blank(values[field.key])) ?? null;
}

/** Without what was left empty. */
export function given(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));
}

/** So much of a text that it can be told from others. */
export function beginning(text: string, length = 80): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length <= length ? `“${line}”` : `“${letters.slice(0, length).join('').trimEnd()}…”`;
}
