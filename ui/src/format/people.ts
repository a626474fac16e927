import type { Person } from '../api';

/** A colleague's name in reading order, with what is known of it. */
export function personName(person: Person): string | null {
  const { prefix, given, family, suffix } = person.name;
  const name = [prefix, given, family].filter(Boolean).join(' ');
  return [name, suffix].filter(Boolean).join(', ') || person.email || null;
}

/** `F` and `M` for the remotes' long words; every other word as it came. */
export function shortGender(word: string | null): string | null {
  const short: Record<string, string> = { female: 'F', male: 'M' };
  return word === null ? null : (short[word.trim().toLowerCase()] ?? word);
}
