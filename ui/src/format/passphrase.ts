/** Advice on a passphrase: a floor and a direction, no theatre. */
export type Strength = 'empty' | 'short' | 'simple' | 'fair' | 'strong';

export const SHORTEST = 12;

export function strengthOf(text: string): Strength {
  if (text.length === 0) return 'empty';
  if (text.length < SHORTEST) return 'short';
  const words = new Set(
    text
      .toLowerCase()
      .split(/[\s\-_.,]+/)
      .filter((word) => word.length > 2),
  ).size;
  const characters = new Set(text).size;
  const runs = /(.)\1{3,}|0123|1234|2345|abcd|qwer|asdf|password|passphrase/i.test(text);
  if (runs || characters < 7) return 'simple';
  if (words >= 4 || (text.length >= 20 && characters >= 12)) return 'strong';
  return words >= 3 || characters >= 10 ? 'fair' : 'simple';
}
