import { expect, it } from 'vitest';
import type { ConnectionView, FeedView } from '../api';
import { freshness, freshnessLines } from './freshness';

const now = Date.parse('2026-11-22T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const feed = (more: Partial<FeedView>): FeedView => ({
  name: 'cases',
  title: 'Cases',
  completeAt: ago(12),
  readAt: ago(12),
  parts: 43,
  partsRead: 43,
  rows: 10_000,
  closed: null,
  ...more,
});
const connection = (more: Partial<ConnectionView>): ConnectionView => ({
  id: 'c',
  name: 'CareValidate demo',
  system: 'carevalidate',
  systemTitle: 'CareValidate',
  baseUrl: '',
  settings: {},
  trouble: null,
  pinWanted: null,
  feeds: [feed({})],
  unsettled: 0,
  rejected: 0,
  unknownWords: [],
  notes: [],
  views: [],
  me: null,
  messages: 0,
  ...more,
});

it.each([
  ['after a complete pass', {}, 'CareValidate demo · up to date 12 s ago', 'good'],
  [
    'by its oldest feed',
    { feeds: [feed({}), feed({ completeAt: ago(300) })] },
    'CareValidate demo · up to date 5 min ago',
    'good',
  ],
  [
    'not "up to date" when nothing was read for an hour',
    { feeds: [feed({}), feed({ completeAt: ago(3600) })] },
    'CareValidate demo · last read 1 h ago',
    'warn',
  ],
  [
    'not "up to date" where a part of it is not shown to its person',
    { feeds: [feed({}), feed({ title: 'Orders', completeAt: null, closed: 'Not for you.' })] },
    'CareValidate demo · not all of it is shown to you: Orders',
    'warn',
  ],
  [
    'while the first pass goes on',
    { feeds: [feed({ completeAt: null, partsRead: 34, rows: 6120 })] },
    'CareValidate demo · first pull 34 of 43 parts, 6,120 rows',
    'busy',
  ],
  [
    'before the first pass has a plan',
    { feeds: [feed({ completeAt: null, readAt: null, parts: 0, partsRead: 0, rows: 0 })] },
    'CareValidate demo · first pull begins',
    'busy',
  ],
  ['of which nothing is ever read', { feeds: [] }, 'CareValidate demo · nothing is read from it', 'good'],
  [
    'offline, with how old what is shown is',
    { trouble: { kind: 'offline', text: '', since: ago(60) }, feeds: [feed({ completeAt: ago(1500) })] },
    'CareValidate demo · cannot be reached; shown as of 25 min ago',
    'warn',
  ],
  [
    'not all read: whoever is at fault, it is not said that a system asked for it',
    {
      trouble: {
        kind: 'waiting',
        text: 'Part of “Cases” could not be read. It is read again by itself.',
        since: ago(60),
      },
    },
    'CareValidate demo · not all could be read yet; read again by itself',
    'warn',
  ],
  [
    'refused the key',
    { trouble: { kind: 'signIn', text: '', since: ago(60) } },
    'CareValidate demo · wants signing in',
    'bad',
  ],
] as const)('%s', (_name, more, text, tone) => {
  expect(freshness(connection(more as Partial<ConnectionView>), now)).toEqual({ text, tone });
});

const named = (name: string, more: Partial<ConnectionView>) => connection({ id: name, name, ...more });
const well = (name: string, seconds: number) => named(name, { feeds: [feed({ completeAt: ago(seconds) })] });

it('gives two connections a line each', () => {
  expect(freshnessLines([well('A', 12), well('B', 90)], now).map(({ text }) => text)).toEqual([
    'A · up to date 12 s ago',
    'B · up to date 1 min ago',
  ]);
});

it('gives many that are well one line, by the oldest, and puts each that is not before them', () => {
  const lines = freshnessLines(
    [
      well('A', 12),
      well('B', 240),
      named('C', { trouble: { kind: 'offline', text: 'No network.', since: ago(60) } }),
      well('D', 30),
      named('E', { trouble: { kind: 'signIn', text: '', since: ago(60) } }),
    ],
    now,
  );
  expect(lines.map(({ text, tone }) => [text, tone])).toEqual([
    ['E · wants signing in', 'bad'],
    ['C · cannot be reached; shown as of 12 s ago', 'warn'],
    ['3 systems · up to date, the oldest 4 min ago', 'good'],
  ]);
  expect(lines[2]?.more).toContain('D · up to date 30 s ago');
});

it('leaves out what nothing is read from, unless there is nothing else or something is wrong with it', () => {
  const never = named('L', { feeds: [] });
  const texts = (all: ConnectionView[]) => freshnessLines(all, now).map(({ text }) => text);
  expect(texts([well('A', 12), never])).toEqual(['A · up to date 12 s ago']);
  expect(texts([never])).toEqual(['L · nothing is read from it']);
  const refused = named('L', { feeds: [], trouble: { kind: 'signIn', text: '', since: ago(60) } });
  expect(texts([well('A', 12), refused])).toEqual(['L · wants signing in', 'A · up to date 12 s ago']);
  expect(texts([well('A', 12), well('B', 12), well('C', 240), never])).toEqual([
    '3 systems · up to date, the oldest 4 min ago',
  ]);
});
