import { describe, expect, it } from 'vitest';
import type { ActionDeclaration, ActionField, ActionOffer, ItemView, OutboxRow } from '../api';
import { besideItem, doneAlready, isFresh, isOneWay, parted, standsOn, switchOf } from './actions';

const now = Date.parse('2026-11-22T18:30:00Z');
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
const field = (key: string, type: string, required = false) =>
  ({ key, label: key, help: '', kind: { type }, required, default: null }) as ActionField;
const declared = (verb: string, fields: ActionField[] = [], name: string = verb) =>
  ({ name, label: name, verb, fields, consequence: '' }) as ActionDeclaration;
const action = (more: Partial<OutboxRow>) =>
  ({
    id: 'mine',
    item: 'study',
    action: 'approve',
    fields: {},
    state: 'confirmed',
    madeAt: at(-300),
    settledAt: at(-290),
    ...more,
  }) as OutboxRow;
const view = (more: { outbox?: OutboxRow[]; readAt?: string; row?: object }) =>
  ({
    outbox: [],
    readAt: at(-200),
    ...more,
    row: { id: 'study', pending: [], flags: [], ...more.row },
  }) as unknown as ItemView;

describe('what cannot be taken back', () => {
  it.each<[string, ActionDeclaration, boolean]>([
    ['a verdict', declared('decide', [field('message', 'longText')]), true],
    ['a removal', declared('remove', [field('comment', 'itemChoice', true)]), true],
    ['a setting without a choice', declared('set'), true],
    ['a setting with a choice', declared('set', [field('to', 'itemChoice', true)]), false],
    ['taking somebody off', declared('assign'), false],
    ['a status', declared('status', [field('to', 'itemChoice', true)]), false],
    ['a star', declared('mark', [field('star', 'flag', true)]), false],
  ])('%s', (_name, declaration, oneWay) => expect(isOneWay(declaration)).toBe(oneWay));
});

it('folds away an optional number and what may be left out after it, nothing else', () => {
  const fields = [
    field('message', 'longText'),
    field('delay', 'number'),
    field('match', 'longText'),
    field('to', 'text', true),
  ];
  const { shown, folded } = parted(fields);
  expect(shown.map((one) => one.key)).toEqual(['message', 'to']);
  expect(folded.map((one) => one.key)).toEqual(['delay', 'match']);
  expect(parted([field('reason', 'text')]).folded).toEqual([]);
});

it('switches at once what is a yes or a no and nothing else', () => {
  const star = field('star', 'flag', true);
  const declaration = { ...declared('mark', [star]), label: 'Star' };
  expect(switchOf(declaration)).toBe(star);
  expect(switchOf(declared('mark', [star, field('why', 'text')]))).toBeNull();
  expect(switchOf(declared('set'))).toBeNull();
  expect(standsOn(view({}), declaration, star)).toBe(false);
  const starred = { flags: [{ label: 'Starred', alert: false }] };
  expect(standsOn(view({ row: starred }), declaration, star)).toBe(true);
  const pending = [{ verb: 'mark', key: 'star', value: 'false' }];
  expect(standsOn(view({ row: { ...starred, pending } }), declaration, star)).toBe(false);
});

describe('a receipt beside its item', () => {
  it.each<[string, Partial<OutboxRow>, string, boolean]>([
    ['stands until the item was read', { settledAt: at(-290) }, at(-295), true],
    ['goes once it was read', { settledAt: at(-290) }, at(-200), false],
    ['stands for a glance even so', { settledAt: at(-20) }, at(-10), true],
    ['is none of what was taken back', { state: 'withdrawn', settledAt: at(-290) }, at(-295), false],
  ])('%s', (_name, more, readAt, fresh) => expect(isFresh(action(more), readAt, now)).toBe(fresh));

  it('is one row, whichever list tells of the end first', () => {
    const moving = action({ state: 'inflight', settledAt: null });
    const ended = action({ settledAt: at(-5) });
    expect(besideItem(view({ outbox: [moving] }), [ended], now).map((row) => row.state)).toEqual(['confirmed']);
    expect(besideItem(view({ outbox: [ended] }), [moving], now).map((row) => row.state)).toEqual(['confirmed']);
    expect(besideItem(view({}), [action({ item: 'other', settledAt: at(-5) })], now)).toEqual([]);
  });
});

describe('doing it a second time', () => {
  const offer = (declaration: ActionDeclaration) => ({ declaration }) as ActionOffer;
  const beside = [action({ action: 'decide', fields: { delay: 5 } }), action({ action: 'tag', fields: { tag: 'a' } })];
  it('is noticed of a decision, however it is filled in', () =>
    expect(doneAlready(offer(declared('decide')), {}, beside)).toBe(beside[0]));
  it('is noticed of anything else by the same contents', () => {
    const tag = offer(declared('mark', [field('tag', 'text', true)], 'tag'));
    expect(doneAlready(tag, { tag: 'a' }, beside)).toBe(beside[1]);
    expect(doneAlready(tag, { tag: 'b' }, beside)).toBeNull();
  });
  it('is never a question for comments', () =>
    expect(doneAlready(offer(declared('comment', [], 'tag')), { tag: 'a' }, beside)).toBeNull());
});
