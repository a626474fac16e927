import { expect, it } from 'vitest';
import { Geometry } from './geometry';

it('places equal rows by counting', () => {
  const rows = new Geometry(40);
  expect(rows.top(100_000)).toBe(4_000_000);
  expect(rows.at(0, 100_000)).toBe(0);
  expect(rows.at(39, 100_000)).toBe(0);
  expect(rows.at(40, 100_000)).toBe(1);
  expect(rows.at(9e9, 100_000)).toBe(99_999);
  expect(rows.at(10, 0)).toBe(0);
});

it('knows the rows that wrapped', () => {
  const rows = new Geometry(40);
  expect(rows.measure(10, 72)).toBe(32);
  expect(rows.measure(10, 72)).toBe(0);
  expect(rows.measure(3, 56)).toBe(16);
  expect(rows.measure(5, 40.3)).toBe(0);
  expect([rows.top(3), rows.top(4), rows.top(10), rows.top(11)]).toEqual([120, 176, 416, 488]);
  expect(rows.at(175, 100)).toBe(3);
  expect(rows.at(176, 100)).toBe(4);
  expect(rows.measure(3, 40)).toBe(-16);
  expect(rows.top(11)).toBe(472);
});

it('finds its way through many of them', () => {
  const rows = new Geometry(40);
  for (let index = 0; index < 100_000; index += 7) rows.measure(index, 56);
  for (const index of [0, 1, 7, 8, 41_234, 99_999]) expect(rows.at(rows.top(index), 100_000)).toBe(index);
});
