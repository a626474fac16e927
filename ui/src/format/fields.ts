/** The values of a declared form: its defaults, and what is missing. */
import type { ActionDeclaration, FieldKind, Fields, FieldValue, OutFile } from '../api';
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

/** Whether a person fills it in; the core makes the others. */
export const isAsked = (field: Declared) => field.kind.type !== 'composed' && field.kind.type !== 'always';

/** Whether it writes a text of the person's own on an item: such a comment has its own place and its own words. */
export const isFreeComment = (declaration: ActionDeclaration) =>
  declaration.verb === 'comment' &&
  declaration.fields.some((field) => field.key === 'text' && field.kind.type === 'longText');

/** Whether what it writes is read by staff alone: as it is filled in, or as it always is. */
export function isInternal(declaration: ActionDeclaration, values: Fields): boolean {
  const kind = declaration.fields.find((field) => field.key === 'internal')?.kind;
  return kind?.type === 'always' ? kind.value : values['internal'] === true;
}

const isFile = (value: unknown): value is OutFile =>
  typeof value === 'object' && value !== null && 'name' in value && 'hash' in value && 'size' in value;

/** The files that a value names. */
export const filesOf = (value: unknown): OutFile[] => (Array.isArray(value) ? (value as unknown[]).filter(isFile) : []);

/** Every file that an action names, whichever field it stands in. */
export const allFiles = (fields: unknown): OutFile[] =>
  typeof fields === 'object' && fields !== null ? Object.values(fields).flatMap(filesOf) : [];

/** Whether a value is that of a group of fields. */
export function isGroup(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function defaultOf(field: Declared): FieldValue {
  if (field.kind.type === 'group') return filled(field.kind.fields, null);
  if (field.kind.type === 'list') return [];
  if (field.kind.type === 'flag') return field.default === 'true';
  if (field.default === null) return null;
  if (field.kind.type === 'moment' && field.default === 'now') return secondOf(new Date());
  return field.kind.type === 'number' ? Number(field.default) : field.default;
}

/** Settings are kept as words: `true` of a flag, `60` of a number. */
function asKind(field: Declared, value: string | number | boolean): FieldValue {
  if (field.kind.type === 'flag') return value === true || value === 'true';
  return field.kind.type === 'number' ? Number(value) : value;
}

/** What is kept (a draft, a setting) over the defaults; only what the fields declare. */
export function filled(fields: Declared[], kept: unknown): Fields {
  const values: Record<string, unknown> = typeof kept === 'object' && kept !== null ? { ...kept } : {};
  return Object.fromEntries(
    fields.filter(isAsked).map((field) => {
      const value = values[field.key];
      const { kind } = field;
      if (kind.type === 'group') return [field.key, filled(kind.fields, value)];
      if (kind.type === 'files') return [field.key, filesOf(value)];
      if (kind.type === 'list') {
        return [field.key, Array.isArray(value) ? value.map((one: unknown) => filled(kind.fields, one)) : []];
      }
      const fits =
        (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
      return [field.key, fits ? asKind(field, value) : defaultOf(field)];
    }),
  );
}

/** Whether nothing was filled in: what stands there anyway counts for nothing. */
function untouched(fields: Declared[], values: Fields): boolean {
  return fields.every((field) => {
    const value = values[field.key];
    const { kind } = field;
    if (kind.type === 'group') return !isGroup(value) || untouched(kind.fields, value);
    if (kind.type === 'files') return filesOf(value).length === 0;
    if (kind.type === 'list') return !Array.isArray(value) || value.every((one) => untouched(kind.fields, one));
    if (value === null || value === undefined || value === false) return true;
    return typeof value === 'string' && (value.trim() === '' || value === field.default);
  });
}

/** The first field that cannot be left out and was. Of a group, and of one of a list, only where something was begun. */
export function missing(fields: Declared[], values: Fields): Declared | null {
  const blank = (value: unknown) =>
    value === null ||
    value === undefined ||
    (typeof value === 'string' && !value.trim()) ||
    (Array.isArray(value) && value.length === 0);
  for (const field of fields.filter(isAsked)) {
    const value = values[field.key];
    const { kind } = field;
    let within: Declared | null = null;
    if (kind.type === 'group' && isGroup(value) && (field.required || !untouched(kind.fields, value))) {
      within = missing(kind.fields, value);
    } else if (kind.type === 'list' && Array.isArray(value)) {
      const begun = value.filter((one) => !untouched(kind.fields, one));
      within = begun.map((one) => missing(kind.fields, one)).find((one) => one !== null) ?? null;
    } else if (
      field.required &&
      kind.type !== 'flag' &&
      kind.type !== 'group' &&
      kind.type !== 'list' &&
      blank(value)
    ) {
      return field;
    }
    if (within) return { ...within, label: `${field.label}: ${within.label}` };
  }
  return null;
}

/** Without what was left empty. */
export function given(values: Fields): Fields {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
      .map(([key, value]) => {
        if (Array.isArray(value)) return [key, value.map(given)];
        return [key, isGroup(value) ? given(value) : value];
      }),
  );
}

/** So much of a text that it can be told from others. */
export function beginning(text: string, length = 80): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length <= length ? `“${line}”` : `“${letters.slice(0, length).join('').trimEnd()}…”`;
}
