/** Which key means what. Single letters are read by their letter, and by their place when the layout has no Latin letters. */
export type Shortcut =
  | 'next'
  | 'previous'
  | 'pageDown'
  | 'pageUp'
  | 'first'
  | 'last'
  | 'open'
  | 'back'
  | 'search'
  | 'comment'
  | 'status'
  | 'outbox'
  | 'worklist'
  | 'connections'
  | 'help'
  | 'palette'
  | 'undo'
  | 'lock'
  | 'larger'
  | 'smaller'
  | 'normalSize';

const SINGLE: Record<string, Shortcut> = {
  j: 'next',
  k: 'previous',
  c: 'comment',
  s: 'status',
  o: 'outbox',
  w: 'worklist',
  u: 'undo',
  '/': 'search',
  '?': 'help',
};
const PLAIN: Record<string, Shortcut> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  PageDown: 'pageDown',
  PageUp: 'pageUp',
  Home: 'first',
  End: 'last',
  Enter: 'open',
  Escape: 'back',
};
const WITH_CTRL: Record<string, Shortcut> = {
  k: 'palette',
  f: 'search',
  l: 'lock',
  z: 'undo',
  '=': 'larger',
  '+': 'larger',
  '-': 'smaller',
  '0': 'normalSize',
};

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>;

function letter(event: Key): string {
  const key = event.key.toLowerCase();
  if (key.length === 1 && key.charCodeAt(0) > 127 && event.code.startsWith('Key'))
    return event.code.slice(3).toLowerCase();
  return key;
}

/** What a key press asks for, or null when it is none of ours. */
export function shortcut(
  event: Key,
  at: { editing: boolean; onControl: boolean; singleKeys: boolean },
): Shortcut | null {
  if (event.isComposing || event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    const found = WITH_CTRL[letter(event)] ?? null;
    return found === 'undo' && at.editing ? null : found;
  }
  if (event.key === 'Escape') return 'back';
  if (at.editing) return null;
  const plain = PLAIN[event.key];
  // Enter on a button or link is that control's own.
  if (plain) return plain === 'open' && at.onControl ? null : plain;
  return at.singleKeys ? (SINGLE[letter(event)] ?? null) : null;
}

const EDITABLE = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]';

/** Whether the key goes into a field. */
export const isEditing = (event: KeyboardEvent) =>
  event.target instanceof Element && event.target.closest(EDITABLE) !== null;

/** Reads a key press where it happened. */
export function shortcutOf(event: KeyboardEvent, singleKeys: boolean): Shortcut | null {
  const target = event.target instanceof Element ? event.target : null;
  return shortcut(event, {
    editing: isEditing(event),
    onControl: target?.closest('button, a, summary, input, [role=option]') != null,
    singleKeys,
  });
}
