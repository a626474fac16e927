import { expect, it } from 'vitest';
import { coalesce, merge } from './changes';
import type { Changed } from './types';

const changed = (more: Partial<Changed>): Changed => ({
  items: [],
  manyItems: false,
  outbox: false,
  connections: false,
  app: false,
  ...more,
});

it('brings two announcements together', () => {
  expect(
    merge(changed({ items: ['a', 'b'], outbox: true }), changed({ items: ['b', 'c'], connections: true })),
  ).toEqual(changed({ items: ['a', 'b', 'c'], outbox: true, connections: true }));
});

it('stops naming items when there are many', () => {
  const items = Array.from({ length: 501 }, (_, at) => String(at));
  expect(merge(changed({ items }), changed({}))).toEqual(changed({ manyItems: true }));
});

it('passes a first pull of 10,000 announcements on a few times a second, and the last of them too', () => {
  let time = 0;
  const timers: { at: number; run: () => void }[] = [];
  const passed: { at: number; items: number }[] = [];
  const later = (run: () => void, ms: number) => timers.push({ at: time + ms, run });
  const tell = coalesce(
    (what) => passed.push({ at: time, items: what.items.length }),
    later,
    () => time,
  );
  const until = (end: number) => {
    for (; time <= end; time++) {
      for (
        let at = timers.findIndex((one) => one.at <= time);
        at >= 0;
        at = timers.findIndex((one) => one.at <= time)
      ) {
        timers.splice(at, 1)[0]?.run();
      }
    }
  };
  for (let at = 0; at < 10_000; at++) {
    if (at % 10 === 0) until(time);
    tell(changed({ items: [`item-${at % 400}`] }));
  }
  const during = passed.length;
  until(time + 1000);
  expect(during).toBeGreaterThanOrEqual(3);
  expect(during).toBeLessThanOrEqual(6);
  expect(passed.length).toBe(during + 1);
});

it('passes a single announcement on at once, as far as a person can tell', () => {
  const waits: number[] = [];
  coalesce(
    () => {},
    (_run, ms) => waits.push(ms),
    () => 0,
  )(changed({ items: ['a'] }));
  expect(waits).toEqual([40]);
});
