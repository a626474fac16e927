/** How the connections stand, in one line each or, when they are many and well, in one for all. */
import type { ConnectionView } from '../api';
import { t } from '../strings';
import { agoWords } from './times';

export interface Freshness {
  text: string;
  tone: 'good' | 'busy' | 'warn' | 'bad';
}

export interface Line extends Freshness {
  id: string;
  /** What stands behind it, for whoever asks. */
  more: string | null;
}

/** A connection without trouble is read every few minutes; what is older is no longer called up to date. */
const OLD_MS = 15 * 60_000;
/** From so many well connections on they share a line. */
const MANY = 3;

/** The time longest ago. */
function oldest(times: (string | null)[]): string | null {
  const known = times.filter((time): time is string => time !== null);
  return known.length === 0 ? null : known.reduce((one, other) => (Date.parse(one) <= Date.parse(other) ? one : other));
}

/** A connection is as fresh as the feed whose news are oldest. A page of an old part says nothing about the news. */
const asOf = ({ feeds }: ConnectionView) => oldest(feeds.map((feed) => feed.completeAt));

export function freshness(connection: ConnectionView, now: number): Freshness {
  const words = t().freshness;
  const { name, feeds, trouble } = connection;
  const at = asOf(connection);
  if (trouble) {
    const text =
      trouble.kind === 'offline'
        ? words.trouble.offline(name, at ? agoWords(at, now) : null)
        : words.trouble[trouble.kind](name);
    return { text, tone: trouble.kind === 'offline' || trouble.kind === 'waiting' ? 'warn' : 'bad' };
  }
  if (feeds.length === 0) return { text: words.nothingRead(name), tone: 'good' };
  // What the system does not show to this person is never up to date, and no first pull goes on there either.
  const closed = feeds.filter((feed) => feed.closed !== null);
  const first = feeds.filter((feed) => feed.completeAt === null && feed.closed === null);
  if (closed.length > 0 && first.length === 0)
    return { text: words.closed(name, closed.map((feed) => feed.title).join(', ')), tone: 'warn' };
  if (first.length > 0 || !at) {
    const sum = (pick: (feed: (typeof feeds)[number]) => number) => first.reduce((all, feed) => all + pick(feed), 0);
    const parts = sum((feed) => feed.parts);
    const text =
      parts === 0
        ? words.firstPullBegins(name)
        : words.firstPull(
            name,
            sum((feed) => feed.partsRead),
            parts,
            t().number(sum((feed) => feed.rows)),
          );
    return { text, tone: 'busy' };
  }
  const ago = agoWords(at, now);
  return now - Date.parse(at) > OLD_MS
    ? { text: words.old(name, ago), tone: 'warn' }
    : { text: words.upToDate(name, ago), tone: 'good' };
}

const ORDER = ['bad', 'warn', 'busy', 'good'];

/** The bottom line: what is not well first, each by its name; what is well never hides the oldest. */
export function freshnessLines(connections: ConnectionView[], now: number): Line[] {
  const all = connections.map((connection) => ({
    connection,
    line: { id: connection.id, ...freshness(connection, now), more: connection.trouble?.text ?? null },
  }));
  all.sort((one, other) => ORDER.indexOf(one.line.tone) - ORDER.indexOf(other.line.tone));
  const well = all.filter(({ line }) => line.tone === 'good');
  const at = oldest(well.map(({ connection }) => asOf(connection)));
  // What is never read has no age; it is named only where nothing else is.
  const shown = all.filter(({ connection, line }) => line.tone !== 'good' || connection.feeds.length > 0);
  const read = well.filter(({ connection }) => connection.feeds.length > 0);
  if (read.length < MANY || at === null) return (shown.length > 0 ? shown : all).map(({ line }) => line);
  return [
    ...all.filter(({ line }) => line.tone !== 'good').map(({ line }) => line),
    {
      id: 'well',
      text: t().freshness.upToDateMany(read.length, agoWords(at, now)),
      tone: 'good',
      more: read.map(({ line }) => line.text).join('\n'),
    },
  ];
}
