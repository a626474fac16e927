import { clearMocks, mockIPC } from '../api/mock/ipc';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ListRequest, WorklistRow } from '../api';
import { PAGE, Worklist } from './worklist.svelte';

let ids: string[] = [];
let requests: ListRequest[] = [];
let gate: Promise<void> | null = null;

const row = (id: string) => ({ id }) as WorklistRow;

beforeEach(() => {
  vi.stubGlobal('window', globalThis);
  ids = Array.from({ length: 1000 }, (_, at) => `item-${at}`);
  requests = [];
  gate = null;
  mockIPC(async (command, args) => {
    if (command === 'counts') return null;
    const { request } = args as { request: ListRequest };
    // A view's count, no page.
    if (request.limit > 1) requests.push(request);
    const answer = ids.slice(request.offset, request.offset + request.limit).map(row);
    const total = ids.length;
    if (gate) await gate;
    const chips = request.query.split(' ').map((source) => ({ label: source, source }));
    return { rows: answer, total, chips, problem: null };
  });
});
afterEach(() => {
  clearMocks();
  vi.unstubAllGlobals();
});

const settled = () => new Promise((done) => setTimeout(done, 5));
async function opened(): Promise<Worklist> {
  const list = new Worklist();
  await list.reload();
  return list;
}

it('reads only the pages that are on screen', async () => {
  const list = await opened();
  list.want(450, 480);
  await settled();
  expect(requests.map(({ offset, limit }) => [offset, limit])).toEqual([
    [0, PAGE],
    [400, PAGE],
  ]);
  expect(list.rowAt(455)?.id).toBe('item-455');
  expect(list.rowAt(700)).toBeUndefined();
});

it('asks once for a stretch over two pages', async () => {
  const list = await opened();
  list.want(290, 310);
  await settled();
  expect(requests[1]).toMatchObject({ offset: 200, limit: 2 * PAGE });
});

it('keeps the old rows on screen until the new ones are here, and the cursor on its item', async () => {
  const list = await opened();
  list.select('item-5');
  let open: () => void = () => {};
  gate = new Promise((done) => (open = done));
  ids = ['new-1', 'new-2', ...ids];
  list.invalidate();
  await settled();
  expect(list.rowAt(5)?.id).toBe('item-5');
  open();
  await settled();
  expect(list.rowAt(5)?.id).toBe('item-3');
  expect(list.cursor).toBe('item-5');
  expect(list.cursorIndex).toBe(7);
});

it('reads again when something changed while it was reading', async () => {
  const list = await opened();
  list.invalidate();
  ids = ['late', ...ids];
  list.invalidate();
  await settled();
  expect(list.rowAt(0)?.id).toBe('late');
});

it('drops an answer to a question that was asked before', async () => {
  const list = await opened();
  let open: () => void = () => {};
  gate = new Promise((done) => (open = done));
  list.show('mine');
  await settled();
  gate = null;
  ids = ['only'];
  list.show('urgent');
  await settled();
  open();
  await settled();
  expect(list.total).toBe(1);
  expect(list.rowAt(0)?.id).toBe('only');
});

it('moves to items by their place, through pages that are not here', async () => {
  const list = await opened();
  expect(await list.move(1)).toBe('item-1');
  expect(await list.move(499)).toBe('item-500');
  expect(await list.move(1e9)).toBe('item-999');
  expect(await list.move(1)).toBeNull();
});

it('goes on from where an item stood that left the view', async () => {
  const list = await opened();
  await list.move(5);
  ids = ids.filter((id) => id !== 'item-5');
  list.invalidate();
  await settled();
  expect(await list.move(1)).toBe('item-6');
});

it('shows only the chips of what was typed, and takes one away', async () => {
  const list = await opened();
  list.show('mine');
  list.type('is:stat cordero');
  await list.lookUp(list.typed);
  expect(list.query).toBe('assigned:me is:open is:stat cordero');
  expect(list.chips.map((chip) => chip.source)).toEqual(['is:stat', 'cordero']);
  list.removeChip({ label: '', source: 'is:stat' });
  expect(list.typed).toBe('cordero');
});

it('forgets everything when the profile is locked', async () => {
  const list = await opened();
  list.type('cordero');
  list.forget();
  expect([list.total, list.pages.size, list.cursor, list.typed]).toEqual([null, 0, null, '']);
});

it('looks beyond its view for a scanned number, and opens only what it names', async () => {
  const list = await opened();
  const only = (query: string, rows: WorklistRow[]) =>
    mockIPC((command, args) => {
      if (command === 'counts') return null;
      const { request } = args as { request: ListRequest };
      const found = request.query.startsWith('is:open') ? [] : request.query === query ? rows : [];
      return { rows: found, total: found.length, chips: [], problem: null };
    });
  const named = (id: string, value: string) =>
    ({ ...row(id), identifier: { kind: 'display', value }, accession: null, externalId: id }) as unknown as WorklistRow;
  only('NS-10', [named('a', 'NS-104'), named('b', 'NS-10')]);
  expect(await list.lookUp('NS-10')).toBe('b');
  expect([list.view, list.cursor]).toEqual(['all', 'b']);
  only('NS-1', [named('a', 'NS-104'), named('b', 'NS-10')]);
  expect(await list.lookUp('NS-1')).toBeNull();
  only('"10423"', [named('a', '104231')]);
  expect(await list.lookUp('"10423"'), 'the only hit, and not what was scanned').toBeNull();
  only('"10423"', [named('a', '10423')]);
  expect(await list.lookUp('"10423"')).toBe('a');
  only('cordero', [named('a', '104231')]);
  expect(await list.lookUp('cordero')).toBe('a');
});

it('keeps an untouched cursor with the first row during a first pull, and a placed one on its item', async () => {
  const list = await opened();
  list.filling = true;
  ids = ['urgent', ...ids];
  list.invalidate();
  await settled();
  expect(list.cursor).toBe('urgent');
  await list.move(1);
  ids = ['more urgent', ...ids];
  list.invalidate();
  await settled();
  expect(list.cursor).toBe('item-0');
});
