/** One door for doing something with an item: it is kept, shown, and can be taken back while it is held. */
import { core, type Fields, type OutboxRow } from '../api';
import { t } from '../strings';
import { itemPage } from './item.svelte';
import { notices } from './notices.svelte';
import { outbox } from './outbox.svelte';

export async function act(item: string, action: string, fields: Fields, kept?: () => void): Promise<void> {
  const row = await core.act(item, action, fields);
  kept?.();
  await Promise.all([itemPage.load(), outbox.load()]);
  announce(row);
}

/** Says that something is kept, for as long as it can be taken back. */
export function announce(row: OutboxRow): void {
  const hold = row.nextAt ? new Date(row.nextAt).getTime() - Date.now() : 5000;
  notices.show(t().outbox.saved, { action: row, ms: Math.max(1500, hold) });
}
