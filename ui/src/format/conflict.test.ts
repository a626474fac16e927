import { describe, expect, it } from 'vitest';
import type { ActionDeclaration, Conflict, Disputed, OutboxRow } from '../api';
import { changedWhen, keyWords, replaced, valueWords } from './conflict';

const names = { u1: 'Amy Chen', u2: 'Amadou Diallo' };
const field = (more: Partial<Disputed>): Disputed => ({ key: 'who', base: null, mine: 'u1', theirs: 'u2', ...more });
const conflict = (fields: Disputed[], more: Partial<Conflict> = {}): Conflict => ({
  fields,
  who: null,
  when: null,
  ...more,
});

describe('what keeping mine replaces', () => {
  it.each<[string, Disputed[], string | null]>([
    ['a person by name', [field({})], 'Amadou Diallo'],
    ['the one field that I change', [field({}), { key: 'closed', base: null, theirs: true }], 'Amadou Diallo'],
    ['nothing is nothing to name', [field({ theirs: null })], null],
    ['a yes or a no does not say what', [field({ mine: true, theirs: false })], null],
    ['two things are not one', [field({}), field({ key: 'other' })], null],
    ['what stands as I want it', [field({ theirs: 'u1' })], null],
    ['a list that stands as I want it', [field({ mine: ['u1'], theirs: ['u1'] })], null],
    ['what I only want unchanged is not what I replace', [{ key: 'closed', base: 0, theirs: 1 }], null],
  ])('%s', (_name, fields, said) => expect(replaced(conflict(fields), names)).toBe(said));
});

it('names a value by the core, by its declared field, by the action when it is alone', () => {
  const row = { names: { who: 'Physician' } as Record<string, string>, label: 'Change status' } as OutboxRow;
  const declared = { fields: [{ key: 'reason', label: 'Reason' }] } as ActionDeclaration;
  expect(keyWords('who', row, declared, false)).toBe('Physician');
  expect(keyWords('reason', row, declared, false)).toBe('Reason');
  expect(keyWords('study_status', row, declared, true)).toBe('Change status');
});

it('says values in words', () => {
  expect(valueWords(undefined, names)).toBe('(not changed by you)');
  expect(valueWords(['u1', 'u2'], names)).toBe('Amy Chen, Amadou Diallo');
  expect(valueWords(null, names)).toBe('nothing');
});

it('tells when the item last changed only where that is news', () => {
  const made = '2026-11-22T12:00:00Z';
  const [before, after] = ['2026-11-21T12:00:00Z', '2026-11-22T12:05:00Z'];
  expect(changedWhen(conflict([], { when: before }), made)).toBeNull();
  expect(changedWhen(conflict([], { when: after }), made)).toBe(after);
  expect(changedWhen(conflict([], { when: before, who: 'Daniel Osei' }), made)).toBe(before);
});
