/** The small parts that made-up items are put together from. */
import type { Fact, HistoryEntry, Moment, Person } from '../generated/bindings';

export const moment = (at: number): Moment => ({
  text: new Date(at).toISOString().replace('Z', '+00:00'),
  at: new Date(at).toISOString(),
});
export const fact = (label: string, value: string, at: number | null = null): Fact => ({
  label,
  value: at === null ? value : moment(at).text,
  moment: at === null ? null : moment(at),
});
export const person = (name: string, suffix: string | null = null): Person => {
  const [given = null, family = null] = name.split(' ');
  return { id: `user-${name}`, name: { family, given, prefix: null, suffix }, email: null };
};

/** What the made-up system does not say of an answer. */
export const UNTOLD = { kind: null, options: [], required: false, phi: false };

export const happened = (id: string, what: string, at: number): HistoryEntry => ({
  id,
  what,
  before: null,
  after: null,
  at: moment(at),
  internal: false,
  phi: false,
});

export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAAJUlEQVR4nGNgYGD4TwAzMDAwMPz//58BF2BiIAAGhwJGXAoYGBgABvEGB2tXdMEAAAAASUVORK5CYII=';

/** How the core names a picked file. */
export const kept = ({ name, base64 }: { name: string; base64: string }) => ({
  name,
  mediaType: 'application/pdf',
  size: base64.length,
  hash: base64.slice(0, 64),
});
