import { describe, expect, it } from 'vitest';
import { ScanListener, ScannerWatch } from './scanner';
import { shortcut } from './shortcuts';

const key = (key: string, more: object = {}) => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  ...more,
});
const at = { editing: false, onControl: false, singleKeys: true };

describe('shortcuts', () => {
  it.each([
    ['j', 'next'],
    ['K', 'previous'],
    ['?', 'help'],
    ['Escape', 'back'],
    ['s', 'status'],
    ['x', null],
  ])('%s means %s', (name, expected) => expect(shortcut(key(name), at)).toBe(expected));

  it('knows a letter by its place on a Cyrillic keyboard', () => {
    expect(shortcut(key('о', { code: 'KeyJ' }), at)).toBe('next');
  });
  it('leaves letters to a person who is typing, but Escape and Ctrl work', () => {
    const typing = { ...at, editing: true };
    expect(shortcut(key('j'), typing)).toBeNull();
    expect(shortcut(key('Enter'), typing)).toBeNull();
    expect(shortcut(key('Escape'), typing)).toBe('back');
    expect(shortcut(key('k', { ctrlKey: true }), typing)).toBe('palette');
    expect(shortcut(key('z', { ctrlKey: true }), typing)).toBeNull();
  });
  it('leaves Enter to a button that has the focus', () => {
    expect(shortcut(key('Enter'), { ...at, onControl: true })).toBeNull();
  });
  it('can be without single keys', () => {
    const off = { ...at, singleKeys: false };
    expect(shortcut(key('j'), off)).toBeNull();
    expect(shortcut(key('ArrowDown'), off)).toBe('next');
  });
  it('ignores what an input method is composing', () => {
    expect(shortcut(key('j', { isComposing: true }), at)).toBeNull();
  });
});

describe('a scanner on the lock screen', () => {
  const type = (gaps: number[]) => {
    const watch = new ScannerWatch();
    let time = 0;
    for (const gap of gaps) watch.key((time += gap));
    return watch.enter(time + (gaps[gaps.length - 1] ?? 0));
  };
  it('is told from typing', () => {
    expect(type(Array(12).fill(6))).toBe(true);
    expect(type(Array(12).fill(90))).toBe(false);
  });
  it('is told even when a person began to type before it', () => {
    expect(type([200, 150, ...Array(10).fill(8)])).toBe(true);
  });
  it('is not seen in a few fast keys', () => {
    expect(type([5, 5, 5])).toBe(false);
    expect(type([80, 80, 80, 80, 80, 12, 80, 80])).toBe(false);
  });
  it('is forgotten after its Enter', () => {
    const watch = new ScannerWatch();
    for (let at = 0; at < 80; at += 5) watch.key(at);
    expect(watch.enter(85)).toBe(true);
    expect(watch.enter(90)).toBe(false);
  });
});

it('a scanner is told on a busy computer too, which delays a key or two', () => {
  const watch = new ScannerWatch();
  let time = 0;
  for (const gap of [4, 5, 60, 4, 5, 4, 5, 4, 45, 5, 4]) watch.key((time += gap));
  expect(watch.enter(time + 5)).toBe(true);
});

describe('a scan while no field has the focus', () => {
  const send = (text: string, gap: (at: number) => number) => {
    const listener = new ScanListener();
    let time = 1000;
    const follows = [...text].map((character, at) => listener.key(character, (time += gap(at))));
    return { follows, text: listener.enter((time += gap(text.length))) };
  };
  it('is heard whole, and none of its letters but the first can be a shortcut', () => {
    const { follows, text } = send('u-NS-1042', () => 6);
    expect(text).toBe('u-NS-1042');
    expect(follows.slice(1).every(Boolean)).toBe(true);
  });
  it('is heard on a busy computer, which delays a character in its midst', () => {
    expect(send('NS-104205', (at) => (at === 5 ? 80 : 6)).text).toBe('NS-104205');
  });
  it('is not heard in what a person types, nor in two keys pressed at once', () => {
    expect(send('NS-104205', () => 120).text).toBeNull();
    expect(send('jo', () => 10).text).toBeNull();
  });
  it('is over when its Enter does not come', () => {
    expect(send('NS-1042', (at) => (at === 7 ? 400 : 6)).text).toBeNull();
  });
});
