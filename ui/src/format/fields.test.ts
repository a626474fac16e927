import { expect, it } from 'vitest';
import type { ActionDeclaration, FieldKind } from '../api';
import { allFiles, beginning, filled, given, isFreeComment, isInternal, missing, type Declared } from './fields';
import { strengthOf } from './passphrase';

const field = (key: string, type: 'text' | 'flag' | 'secret', more: Partial<Declared> = {}): Declared => ({
  key,
  label: key,
  help: '',
  kind: { type } as FieldKind,
  required: false,
  default: null,
  ...more,
});
const COMMENT = [field('text', 'text', { required: true }), field('internal', 'flag', { default: 'true' })];

it('begins with the declared defaults: a comment is an internal note', () => {
  expect(filled(COMMENT, null)).toEqual({ text: null, internal: true });
});
it('lays a draft over the defaults, without what is not declared', () => {
  expect(filled(COMMENT, { internal: false, text: 'Begun', other: 1 })).toEqual({ text: 'Begun', internal: false });
});
it('names the first field that was left out; blanks count as nothing, a flag never does', () => {
  expect(missing(COMMENT, { text: '  \n', internal: true })?.key).toBe('text');
  expect(missing([field('agree', 'flag', { required: true })], { agree: false })).toBeNull();
});
it('sends nothing for what was left empty', () => {
  expect(given({ a: '', b: null, c: false, d: 0, e: 'x' })).toEqual({ c: false, d: 0, e: 'x' });
});

it.each([
  ['', 'empty'],
  ['short one', 'short'],
  ['aaaaaaaaaaaaaaaa', 'simple'],
  ['password password', 'simple'],
  ['qzx8-uel2-mno9', 'fair'],
  ['copper lantern seven harbour', 'strong'],
])('a passphrase of “%s” is %s', (text, strength) => expect(strengthOf(text)).toBe(strength));

it('reads settings that are kept as words by their kind', () => {
  const settings = [
    field('orders', 'flag', { default: 'false' }),
    field('hours', 'text', { kind: { type: 'number', least: 1, most: 99 } }),
    field('since', 'text', { default: '2020-01-01' }),
  ];
  expect(filled(settings, { orders: 'true', hours: '48', since: '' })).toEqual({
    orders: true,
    hours: 48,
    since: '2020-01-01',
  });
});

it('names a text by its beginning, on one line', () => {
  expect(beginning('Please\n compare')).toBe('“Please compare”');
  expect(beginning('а'.repeat(90))).toBe(`“${'а'.repeat(80)}…”`);
});

it('begins a point in time with the second in which the form was opened, and keeps what was typed', () => {
  const at = [field('at', 'text', { kind: { type: 'moment', since: null, happened: true }, default: 'now' })];
  expect(filled(at, null)['at']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
  expect(filled(at, { at: '2026-11-22T09:00:00Z' })).toEqual({ at: '2026-11-22T09:00:00Z' });
});

const ADDRESS = [field('street', 'text', { required: true }), field('country', 'text', { default: 'US' })];
const NESTED: Declared[] = [
  field('home', 'text', { label: 'Home', required: true, kind: { type: 'group', fields: ADDRESS } }),
  field('other', 'text', { label: 'Other', kind: { type: 'group', fields: ADDRESS } }),
  field('payers', 'text', {
    label: 'Payers',
    kind: { type: 'list', one: 'Payer', fields: ADDRESS, least: 0, most: 3 },
  }),
];
it('fills in what is inside groups and lists, and only what is declared there', () => {
  expect(filled(NESTED, { home: { street: 'Elm', planet: 'x' }, payers: [{ street: 'Oak' }], other: 7 })).toEqual({
    home: { street: 'Elm', country: 'US' },
    other: { street: null, country: 'US' },
    payers: [{ street: 'Oak', country: 'US' }],
  });
});
it('asks inside a group only where it is required or was begun', () => {
  const values = filled(NESTED, null);
  expect(missing(NESTED, values)?.label).toBe('Home: street');
  const begun = filled(NESTED, { home: { street: 'Elm' }, payers: [{ country: 'US' }, { country: 'CA' }] });
  expect(missing(NESTED, begun)?.label).toBe('Payers: street');
  expect(missing(NESTED, filled(NESTED, { home: { street: 'Elm' }, other: { country: 'US' } }))).toBe(null);
});
it('leaves out what was left empty inside, too', () => {
  expect(given({ home: { street: 'Elm', country: '' }, payers: [{ street: null }] })).toEqual({
    home: { street: 'Elm' },
    payers: [{}],
  });
});

const FILE = { name: 'a.pdf', mediaType: 'application/pdf', size: 9, hash: 'ab' };
const files = field('file', 'text', {
  kind: { type: 'files', most: 2, bytesEach: 9, bytesInAll: 9, mediaTypes: ['application/pdf'] },
});

it('keeps the files of a draft, and nothing that is none', () => {
  expect(filled([files], { file: [FILE, 'x', { name: 'b' }] })).toEqual({ file: [FILE] });
  expect(filled([files], null)).toEqual({ file: [] });
  expect(given({ file: [] })).toEqual({});
  expect(allFiles({ text: 'see', file: [FILE], other: [1] })).toEqual([FILE]);
  expect(missing([{ ...files, required: true }], { file: [] })?.key).toBe('file');
});

it('asks for nothing that the core makes, and knows such a note for internal', () => {
  const composed = field('text', 'text', { kind: { type: 'composed', heading: 'A draft.' }, required: true });
  const always = field('internal', 'text', { kind: { type: 'always', value: true } });
  expect(filled([composed, always], { text: 'before' })).toEqual({});
  expect(missing([composed, always], {})).toBeNull();
  const declared = (fields: Declared[]): ActionDeclaration => ({
    name: 'note',
    label: 'Note',
    verb: 'comment',
    fields,
    consequence: '',
  });
  expect([isFreeComment(declared([composed, always])), isInternal(declared([composed, always]), {})]).toEqual([
    false,
    true,
  ]);
  const text = field('text', 'text', { kind: { type: 'longText' } });
  expect([isFreeComment(declared([text])), isInternal(declared([text]), { internal: false })]).toEqual([true, false]);
});
