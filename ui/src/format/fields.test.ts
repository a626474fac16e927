import { expect, it } from 'vitest';
import type { FieldKind } from '../api';
import { beginning, filled, given, missing, type Declared } from './fields';
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
  const at = [field('at', 'text', { kind: { type: 'moment', since: null }, default: 'now' })];
  expect(filled(at, null)['at']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
  expect(filled(at, { at: '2026-11-22T09:00:00Z' })).toEqual({ at: '2026-11-22T09:00:00Z' });
});
