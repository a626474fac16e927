/** Times in the current language. */
import { t } from '../strings';
import { age, day, dayAndTime, span, timeOrDay } from './dates';

/** `21-Nov-2026 14:02`; the text itself when it is no time. */
export function absolute(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : dayAndTime(date, t().dates.months);
}

/** `14:02` when it is today, else with its day. */
export function shortTime(at: string, now: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : timeOrDay(date, now, t().dates.months);
}

function words(ms: number): string {
  const { count, unit } = span(ms);
  return t().dates.span[unit](count);
}

/** `4 min`; "now" below one minute, as nobody reads a list by the second. */
export function spanWords(at: string, now: number): string {
  const ms = now - new Date(at).getTime();
  return Math.abs(ms) < 60_000 ? t().dates.now : words(Math.abs(ms));
}

/** `4 min ago`, `12 s ago`. */
export function agoWords(at: string, now: number): string {
  const ms = now - new Date(at).getTime();
  return ms < 2000 ? t().dates.justNow : t().dates.ago(words(ms));
}

/** `12 s` until `at`. */
export function untilWords(at: string, now: number): string {
  return words(new Date(at).getTime() - now);
}

/** `14-Jul-1945 (81y)`, or the remote's own text. */
export function birth(text: string, now: number): string {
  const written = day(text.slice(0, 10), t().dates.months);
  const old = age(text.slice(0, 10), new Date(now));
  if (written === text.slice(0, 10)) return text;
  return old ? `${written} (${t().dates.age[old.unit](old.count)})` : written;
}
