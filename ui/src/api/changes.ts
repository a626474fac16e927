/** The one event of the core, with bursts brought together: a first pull of 10,000 rows fires many. */
import { listen } from '@tauri-apps/api/event';
import type { Changed } from './types';

export type Listener = (changed: Changed) => void;

const QUIET_MS = 40;
const PATIENCE_MS = 250;

/** Two announcements as one. */
export function merge(one: Changed, other: Changed): Changed {
  const items = [...new Set([...one.items, ...other.items])];
  const many = one.manyItems || other.manyItems || items.length > 500;
  return {
    items: many ? [] : items,
    manyItems: many,
    outbox: one.outbox || other.outbox,
    connections: one.connections || other.connections,
    app: one.app || other.app,
  };
}

/**
 * Passes announcements on once they pause for a moment, and during a long burst at least every quarter of a second.
 * `now` and `later` are passed in so that a test can hold the clock.
 */
export function coalesce(
  pass: Listener,
  later: (run: () => void, ms: number) => unknown = setTimeout,
  now: () => number = () => Date.now(),
): Listener {
  let waiting: Changed | null = null;
  let since = 0;
  let turn = 0;
  const flush = () => {
    const due = waiting;
    waiting = null;
    if (due) pass(due);
  };
  return (changed) => {
    if (waiting) waiting = merge(waiting, changed);
    else {
      waiting = changed;
      since = now();
    }
    const mine = ++turn;
    const wait = Math.max(0, Math.min(QUIET_MS, since + PATIENCE_MS - now()));
    later(() => {
      if (mine === turn || now() - since >= PATIENCE_MS) flush();
    }, wait);
  };
}

const listeners = new Set<Listener>();

/** Calls `listener` after every change; returns how to stop. */
export function onChanged(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Starts listening to the core, once, at the window's start. */
export async function listenToCore(): Promise<void> {
  const pass = coalesce((changed) => {
    for (const listener of listeners) listener(changed);
  });
  await listen<Changed>('changed', (event) => pass(event.payload));
}
