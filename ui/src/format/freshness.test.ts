import { expect, it } from 'vitest';
import type { ConnectionView, FeedView } from '../api';
import { freshness } from './freshness';

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
  feeds: [feed({})],
  unsettled: 0,
  rejected: 0,
  unknownWords: [],
  notes: [],
  ...more,
});

it.each([
  ['after a complete pass', {}, 'CareValidate demo · up to date 12 s ago', 'good'],
  [
    'by its oldest feed',
    { feeds: [feed({}), feed({ readAt: ago(3600) })] },
    'CareValidate demo · up to date 1 h ago',
    'good',
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
  [
    'offline, with how old what is shown is',
    { trouble: { kind: 'offline', text: '', since: ago(60) }, feeds: [feed({ readAt: ago(1500) })] },
    'CareValidate demo · cannot be reached; shown as of 25 min ago',
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
