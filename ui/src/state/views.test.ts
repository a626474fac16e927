import { expect, it } from 'vitest';
import type { ConnectionView } from '../api';
import { readViews, termsIn } from './views';

const connection = (name: string): ConnectionView =>
  ({
    id: 'c1',
    name,
    system: 'pacs',
    views: [
      { id: 'v1', name: 'Unread CT', query: 'kind:study modality:"CT"', whyNot: null },
      { id: 'v2', name: 'By name', query: null, whyNot: 'It filters by “patient name”, …' },
    ],
  }) as unknown as ConnectionView;

it('shows what a filter saved at a system can say here, within that connection, and counts the rest', () => {
  expect(readViews(connection('North side'))).toEqual({
    shown: [{ key: 'c1 v1', name: 'Unread CT', query: 'system:"North side" kind:study modality:"CT"' }],
    hidden: 1,
  });
  expect(readViews(connection('the "old" one')).shown[0]?.query).toMatch(/^system:"pacs" /);
});

it.each([
  ['', 0],
  ['is:open', 1],
  ['system:"North side" status:"On Hold",none -flag:"Awaits approval"', 3],
  ['  a   b ', 2],
])('counts the terms of %j', (query, count) => {
  expect(termsIn(query)).toBe(count);
});
