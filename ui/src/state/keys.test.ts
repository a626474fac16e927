import { describe, expect, it } from 'vitest';
import { ScannerWatch } from './scanner';
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
