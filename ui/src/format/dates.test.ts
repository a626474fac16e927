import { describe, expect, it } from 'vitest';
import { en } from '../strings/en';
import { age, asTyped, day, secondOf, span, timeOrDay, typedInstant } from './dates';

const months = en.dates.months;

describe('days', () => {
  it.each([
    ['1945-07-14', '14-Jul-1945'],
    ['2026-12-01', '01-Dec-2026'],
    ['19821108', '08-Nov-1982'],
    ['20261345', '20261345'],
    ['2026-13-01', '2026-13-01'],
    ['14/07/1945', '14/07/1945'],
    ['string (ISO 8601)', 'string (ISO 8601)'],
  ])('%s reads %s', (text, expected) => expect(day(text, months)).toBe(expected));
});

describe('age', () => {
  const now = new Date(2026, 10, 22);
  it.each([
    ['1945-07-14', { count: 81, unit: 'year' }],
    ['1945-11-22', { count: 81, unit: 'year' }],
    ['1945-11-23', { count: 80, unit: 'year' }],
    ['2025-03-22', { count: 20, unit: 'month' }],
    ['19821108', { count: 44, unit: 'year' }],
    ['2026-11-10', { count: 12, unit: 'day' }],
    ['2027-01-01', null],
    ['1945-02-30', null],
    ['unknown', null],
  ])('of someone born %s', (birth, expected) => expect(age(birth, now)).toEqual(expected));
});

describe('spans', () => {
  it.each([
    [0, { count: 0, unit: 'second' }],
    [-5000, { count: 0, unit: 'second' }],
    [59_999, { count: 59, unit: 'second' }],
    [60_000, { count: 1, unit: 'minute' }],
    [3_600_000, { count: 1, unit: 'hour' }],
    [47 * 3_600_000, { count: 47, unit: 'hour' }],
    [48 * 3_600_000, { count: 2, unit: 'day' }],
    [20 * 86_400_000, { count: 2, unit: 'week' }],
    [100 * 86_400_000, { count: 3, unit: 'month' }],
    [800 * 86_400_000, { count: 2, unit: 'year' }],
  ])('%d ms', (ms, expected) => expect(span(ms)).toEqual(expected));
});

it('writes the time today and the day with it otherwise', () => {
  const now = new Date(2026, 10, 22, 15, 0).getTime();
  expect(timeOrDay(new Date(2026, 10, 22, 14, 2), now, months)).toBe('14:02');
  expect(timeOrDay(new Date(2026, 10, 21, 14, 2), now, months)).toBe('21-Nov-2026 14:02');
});

it('types an instant in the zone of the person and keeps it in none', () => {
  const at = secondOf(new Date(2026, 10, 22, 9, 5, 7, 250));
  expect(asTyped(at)).toBe('2026-11-22T09:05:07');
  expect(typedInstant('2026-11-22T09:05:07')).toBe(at);
  expect(asTyped('soon')).toBe('');
  expect(typedInstant('')).toBeNull();
});
