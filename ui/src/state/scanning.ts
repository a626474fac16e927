/** A scan from anywhere opens its case; its letters never act as shortcuts. */
import { navigation } from './navigation.svelte';
import { preferences } from './preferences.svelte';
import { ScanListener, SURELY_MS } from './scanner';
import { isEditing, shortcutOf } from './shortcuts';
import { worklist } from './worklist.svelte';

/** Until then it is open whether a scan begins; a timer may come a little late, and never early. */
const PAUSE_MS = SURELY_MS + 5;
/** Keys that may act before it is known whether a scan begins: they only move. */
const HARMLESS = ['next', 'previous', 'search'];

const listener = new ScanListener();
const replayed = new WeakSet<Event>();
let held: KeyboardEvent[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

function stop(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** It was no scan: what was held back happens now. */
function replay(): void {
  const events = held;
  held = [];
  if (listener.isScan) return;
  for (const { key, code, target } of events) {
    const again = new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true });
    replayed.add(again);
    (target instanceof Element && target.isConnected ? target : document.body).dispatchEvent(again);
  }
}

/** Reads a key before anything else does. */
export function listenForScan(event: KeyboardEvent): void {
  if (replayed.has(event)) return;
  const combined = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (combined || isEditing(event) || document.querySelector('dialog[open]')) {
    listener.clear();
    return;
  }
  if (event.key === 'Enter') {
    const text = listener.enter(event.timeStamp);
    if (text === null) return;
    clearTimeout(timer);
    held = [];
    stop(event);
    void open(text);
  } else if (event.key.length === 1 && !event.repeat) {
    const follows = listener.key(event.key, event.timeStamp);
    if (!follows && held.length > 0) {
      // Two keys pressed quickly happen in their order.
      clearTimeout(timer);
      replay();
    }
    const asked = shortcutOf(event, preferences.singleKeys);
    if (!follows && (asked === null || HARMLESS.includes(asked))) return;
    stop(event);
    held.push(event);
    clearTimeout(timer);
    timer = setTimeout(replay, PAUSE_MS);
  }
}

async function open(text: string): Promise<void> {
  navigation.go({ screen: 'worklist' });
  // As one phrase: a scanned "-" or ":" is no operator of the filter.
  const id = await worklist.lookUp(`"${text.replaceAll('"', '')}"`);
  if (id !== null) navigation.openItem(id);
}
