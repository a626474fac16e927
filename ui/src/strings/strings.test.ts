import { expect, it } from 'vitest';
import { en } from './en';
import { uk } from './uk';

/** Paths of all plain strings of a table. */
function plain(table: object, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : typeof value === 'object'
        ? plain(value as object, `${path}${key}.`)
        : [],
  );
}

it('Ukrainian says everything, and says it in Ukrainian', () => {
  const english = new Map(plain(en));
  const same = plain(uk).filter(([path, text]) => english.get(path) === text && /[a-z]{3}/i.test(text));
  expect(same.map(([path]) => path)).toEqual(['app.name', 'worklist.stat']);
  expect(plain(uk).filter(([path, text]) => !text && english.get(path))).toEqual([]);
});

it.each([
  [1, '1 запис'],
  [3, '3 записи'],
  [11, '11 записів'],
  [22, '22 записи'],
  [105, '105 записів'],
])('counts %d as %s', (count, text) => expect(uk.worklist.total(count)).toBe(text));

it('has a month for every month', () => {
  expect(new Set(en.dates.months).size).toBe(12);
  expect(new Set(uk.dates.months).size).toBe(12);
});
