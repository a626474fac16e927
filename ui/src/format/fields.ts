/** The values of a declared form: its defaults, and what is missing. */
import type { ActionDeclaration, FieldKind, Fields, OutFile } from '../api';

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

export function defaultOf(field: Declared): Fields[string] {
  if (field.kind.type === 'flag') return field.default === 'true';
  if (field.default === null) return null;
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
    fields.filter(isAsked).map((field) => {
      const value = values[field.key];
      if (field.kind.type === 'files') return [field.key, filesOf(value)];
      const fits =
        (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
      return [field.key, fits ? asKind(field, value) : defaultOf(field)];
    }),
  );
}

/** The first field that cannot be left out and was. */
export function missing(fields: Declared[], values: Fields): Declared | null {
  const blank = (value: unknown) =>
    value === null ||
    value === undefined ||
    (typeof value === 'string' && !value.trim()) ||
    (Array.isArray(value) && value.length === 0);
  return (
    fields.find(
      (field) => field.required && isAsked(field) && field.kind.type !== 'flag' && blank(values[field.key]),
    ) ?? null
  );
}

/** Without what was left empty. */
export function given(values: Fields): Fields {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

/** So much of a text that it can be told from others. */
export function beginning(text: string, length = 80): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length <= length ? `“${line}”` : `“${letters.slice(0, length).join('').trimEnd()}…”`;
}
