/** Where an action stands, by all that the window knows now. */
import type { OutboxRow } from '../api';
import { stateWords } from '../format/states';
import { clock } from './clock.svelte';
import { connections } from './connections.svelte';
import { outbox } from './outbox.svelte';

export function standing(row: OutboxRow): string {
  const trouble = connections.list.find((one) => one.name === row.connectionName)?.trouble ?? null;
  return stateWords(row, { rows: outbox.rows, trouble }, row.state === 'held' ? clock.now : clock.slow);
}
