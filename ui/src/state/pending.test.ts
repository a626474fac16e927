import { beforeEach, expect, it } from 'vitest';
import type { ConnectionView, OutboxRow, PendingValue, System } from '../api';
import { connections } from './connections.svelte';
import { outbox } from './outbox.svelte';
import { pendingWords } from './pending';

const field = (key: string, label: string, type: string) => ({
  key,
  label,
  help: '',
  kind: { type },
  required: true,
  default: null,
});
const action = (name: string, label: string, verb: string, fields: object[] = []) => ({
  name,
  label,
  verb,
  fields,
  consequence: '',
});
const row = (action: string, label: string, more: Partial<OutboxRow> = {}) =>
  ({
    id: action,
    item: 'study',
    connectionName: 'PACS',
    action,
    label,
    state: 'queued',
    names: {},
    ...more,
  }) as OutboxRow;

beforeEach(() => {
  connections.list = [{ name: 'PACS', system: 'pacs' } as ConnectionView];
  connections.systems = [
    {
      name: 'pacs',
      actions: [
        action('status', 'Change status', 'status', [field('to', 'New status', 'itemChoice')]),
        action('approve', 'Approve', 'decide'),
        action('star', 'Star', 'mark', [field('star', 'Star', 'flag')]),
        action('assign', 'Assign a physician', 'assign', [field('medical_id', 'Physician', 'person')]),
        action('take-off', 'Take the physician off', 'assign'),
      ],
    } as unknown as System,
  ];
});

it.each<[string, OutboxRow[], PendingValue, { label: string | null; to: string | null }]>([
  [
    'a status by its action',
    [row('status', 'Change status')],
    { verb: 'status', key: 'study_status', value: 'Final' },
    { label: 'Change status', to: 'Final' },
  ],
  [
    'a verdict by its button, not by what it sets',
    [row('approve', 'Approve')],
    { verb: 'decide', key: 'must_approve', value: 'false' },
    { label: 'Approve', to: null },
  ],
  [
    'a star by yes or no',
    [row('star', 'Star')],
    { verb: 'mark', key: 'star', value: 'true' },
    { label: 'Star', to: 'yes' },
  ],
  [
    'a person by their field',
    [row('assign', 'Assign a physician')],
    { verb: 'assign', key: 'medical_id', value: 'Amy Chen' },
    { label: 'Physician', to: 'Amy Chen' },
  ],
  [
    'nobody by the button',
    [row('take-off', 'Take the physician off')],
    { verb: 'assign', key: 'medical_id', value: null },
    { label: 'Take the physician off', to: null },
  ],
  [
    'an unknown one without its key',
    [],
    { verb: 'set', key: 'qctask_status', value: 'Closed' },
    { label: null, to: 'Closed' },
  ],
])('says %s', (_name, rows, pending, words) => {
  outbox.rows = rows;
  expect(pendingWords('study', pending)).toEqual(words);
});
