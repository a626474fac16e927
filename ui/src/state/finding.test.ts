import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Answered, ConnectionView, ItemView, LookUp, Question, System } from '../api';
import { clearMocks, mockIPC } from '../api/mock/ipc';
import { connections } from './connections.svelte';
import { Finding } from './finding.svelte';

let asked: Question[] = [];
let answers: (Answered | null)[] = [];
let patient: string | null = null;

const lookUp = { number: { key: 'number' }, patient: { key: 'patient_id' } } as LookUp;
const view = (id: string) => ({ row: { id, patient } }) as ItemView;

beforeEach(() => {
  vi.stubGlobal('window', globalThis);
  asked = [];
  answers = [];
  patient = null;
  connections.list = [
    { id: 'c1', name: 'Laboratory', system: 'made-up' } as ConnectionView,
    { id: 'c2', name: 'Clinic', system: 'other' } as ConnectionView,
  ];
  connections.systems = [{ name: 'made-up', lookUp } as System, { name: 'other', lookUp: null } as System];
  mockIPC((command, args) => {
    const { question, id } = args as { question: Question; id: string };
    if (command === 'ask') return void asked.push(question);
    if (command === 'answered') return answers.shift() ?? null;
    if (command === 'item') return view(id);
    if (command === 'patients_at') return [{ id: 'p1', name: {}, email: null }];
    return null;
  });
});
afterEach(() => {
  clearMocks();
  vi.unstubAllGlobals();
});

function opened(): Finding {
  const finding = new Finding(0);
  finding.begin('c1');
  return finding;
}

it('offers looking up where the system declares it', () => {
  expect(new Finding().all).toEqual([{ connection: 'c1', name: 'Laboratory', lookUp }]);
});

it('waits for the answer and shows what is kept of it', async () => {
  const finding = opened();
  answers = [{ state: 'asking' }, { state: 'asking' }, { state: 'found', items: ['i1'] }];
  await finding.lookUp(' 1234-5678 ');
  expect(asked).toEqual([{ type: 'number', connection: 'c1', number: '1234-5678' }]);
  expect(finding.found?.map((one) => one.row.id)).toEqual(['i1']);
  expect(finding.patients.map((one) => one.id)).toEqual(['p1']);
  expect([finding.busy, finding.failed]).toEqual([false, null]);
});

it('tells nothing found apart from not answered', async () => {
  const finding = opened();
  answers = [{ state: 'found', items: [] }, { state: 'failed', message: 'No network.' }, null];
  await finding.lookUp('1');
  expect(finding.found).toEqual([]);
  await finding.lookUp('1');
  expect(finding.found).toBeNull();
  expect(finding.failed).toMatchObject({ what: 'number', error: { message: 'No network.' } });
  await finding.lookUp('1');
  expect(finding.failed?.error.message).toContain('Ask again');
});

it('shows whose it is once the system has said so, and keeps what was found where it has not', async () => {
  const finding = opened();
  answers = [
    { state: 'found', items: ['i1', 'i2'] },
    { state: 'failed', message: 'Not theirs.' },
  ];
  await finding.lookUp('1');
  await finding.link('i2', 'p9');
  expect(finding.failed).toMatchObject({ what: 'patient', error: { message: 'Not theirs.' } });
  expect(finding.found?.map((one) => one.row.patient)).toEqual([null, null]);
  patient = 'Ana Ruiz';
  answers = [{ state: 'found', items: ['i2'] }];
  await finding.link('i2', 'p1');
  expect(asked.at(-1)).toEqual({ type: 'patient', item: 'i2', patient: 'p1' });
  expect(finding.found?.map((one) => one.row.patient)).toEqual([null, 'Ana Ruiz']);
  expect(finding.failed).toBeNull();
});

it('takes no answer for a panel that was closed meanwhile', async () => {
  const finding = opened();
  answers = [{ state: 'found', items: ['i1'] }];
  const asking = finding.lookUp('1');
  finding.close();
  await asking;
  expect([finding.open, finding.found, finding.busy]).toEqual([null, null, false]);
});
