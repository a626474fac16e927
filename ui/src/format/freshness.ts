/** How a connection stands, in one line. */
import type { ConnectionView } from '../api';
import { t } from '../strings';
import { agoWords } from './times';

export interface Freshness {
  text: string;
  tone: 'good' | 'busy' | 'warn' | 'bad';
}

/** The oldest of its feeds decides: a connection is as fresh as what it read longest ago. */
function oldest(times: (string | null)[]): string | null {
  const known = times.filter((time): time is string => time !== null);
  return known.length === 0 ? null : known.reduce((one, other) => (one < other ? one : other));
}

export function freshness(connection: ConnectionView, now: number): Freshness {
  const words = t().freshness;
  const { name, feeds, trouble } = connection;
  const readAt = oldest(feeds.map((feed) => feed.readAt));
  if (trouble) {
    const text =
      trouble.kind === 'offline'
        ? words.trouble.offline(name, readAt ? agoWords(readAt, now) : null)
        : words.trouble[trouble.kind](name);
    return { text, tone: trouble.kind === 'offline' || trouble.kind === 'waiting' ? 'warn' : 'bad' };
  }
  const first = feeds.filter((feed) => feed.completeAt === null);
  if (first.length > 0 || !readAt) {
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
  return { text: words.upToDate(name, agoWords(readAt, now)), tone: 'good' };
}
