import { expect, it } from 'vitest';
import type { ConnectionView, OutboxRow } from '../api';
import { blocker, stateWords, successor } from './states';

const now = Date.parse('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
const action = (more: Partial<OutboxRow>): OutboxRow =>
  ({
    id: 'mine',
    item: 'case',
    connectionName: 'Northside',
    state: 'held',
    words: 'sending soon · undo',
    reason: null,
    madeAt: at(0),
    nextAt: at(5),
    settledAt: null,
    ...more,
  }) as OutboxRow;
const trouble = (kind: string) => ({ kind, text: '', since: at(-60) }) as ConnectionView['trouble'];
const earlier = (more: Partial<OutboxRow>) => action({ id: 'earlier', madeAt: at(-9), state: 'queued', ...more });

it.each<[string, Partial<OutboxRow>, OutboxRow[], ConnectionView['trouble'], string]>([
  ['counts down', {}, [], null, 'sending in 5 s'],
  ['behind another of the item', {}, [earlier({})], null, 'waits for the one before it'],
  ['behind one that needs a person', {}, [earlier({ state: 'needsPerson' })], null, 'waits for the one before it'],
  ['not behind one of another item', {}, [earlier({ item: 'other' })], null, 'sending in 5 s'],
  ['not behind one that is settled', {}, [earlier({ state: 'confirmed' })], null, 'sending in 5 s'],
  ['not behind a later one', {}, [earlier({ madeAt: at(3) })], null, 'sending in 5 s'],
  ['offline', {}, [], trouble('offline'), 'goes when the connection to Northside is back'],
  ['signed out', {}, [], trouble('signIn'), 'goes after you sign in to Northside'],
  ['behind another, offline', {}, [earlier({})], trouble('offline'), 'waits for the one before it'],
  [
    'saved, offline, before a first try',
    { state: 'queued', words: 'saved here' },
    [],
    trouble('offline'),
    'saved here, goes when the connection to Northside is back',
  ],
  [
    'tried in vain: the core knows why',
    { state: 'queued', words: 'saved here, Northside asked to wait', reason: { kind: 'waiting', text: '' } },
    [],
    trouble('offline'),
    'saved here, Northside asked to wait',
  ],
  ['under way', { state: 'inflight', words: 'sending' }, [earlier({})], trouble('offline'), 'sending'],
])('%s', (_name, more, others, inTheWay, words) => {
  const mine = action(more);
  expect(stateWords(mine, { rows: [mine, ...others], trouble: inTheWay }, now)).toBe(words);
});

it('says by whom a needless "try again" is kept: the earlier action that needs a person', () => {
  const asking = earlier({ state: 'needsPerson' });
  const behind = action({ state: 'queued', reason: { kind: 'behind', text: '' } });
  expect(blocker(behind, [behind, asking])?.id).toBe('earlier');
  expect(blocker(behind, [behind, earlier({ state: 'queued' })])).toBeNull();
  expect(blocker(behind, [behind, earlier({ state: 'needsPerson', item: 'other' })])).toBeNull();
  expect(blocker(asking, [behind, asking])).toBeNull();
  // What took another's place is younger than what it stands before.
  expect(blocker(behind, [behind, earlier({ state: 'needsPerson', madeAt: at(60) })])?.id).toBe('earlier');
});

it('says of what was kept on what is there now that it was replaced, and by which', () => {
  const old = action({
    id: 'old',
    action: 'assign',
    fields: { who: 'u1' },
    state: 'discarded',
    settledAt: at(-60),
    words: 'discarded',
  });
  const next = action({ id: 'next', action: 'assign', fields: { who: 'u1' }, madeAt: at(-60), state: 'confirmed' });
  const around = (rows: OutboxRow[]) => ({ rows, trouble: null });
  expect(successor(old, [old, next])?.id).toBe('next');
  expect(stateWords(old, around([old, next]), now)).toMatch(/^replaced by the one of \d\d:\d\d$/);
  expect(stateWords(old, around([old, { ...next, fields: { who: 'u2' } }]), now)).toBe('discarded');
  expect(stateWords(old, around([old, { ...next, madeAt: at(0) }]), now)).toBe('discarded');
});
