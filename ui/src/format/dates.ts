/** Times and dates as clinicians read them: the month in letters, the person's own zone. Strings come from the table. */
import type { Strings } from '../strings';

type Months = Strings['dates']['months'];

/** A date as ISO 8601 writes it, or DICOM, without the dashes. */
const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/;

const two = (value: number) => String(value).padStart(2, '0');

/** `14-Jul-1945` from `1945-07-14` or `19450714`; whatever cannot be read stays as the remote wrote it. */
export function day(text: string, months: Months): string {
  const parts = DATE.exec(text);
  const month = parts ? months[Number(parts[2]) - 1] : undefined;
  return parts && month ? `${parts[3]}-${month}-${parts[1]}` : text;
}

/** A day and a time of day without a zone, as a modality writes them. */
const WALL_TIME = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$/;

/** `21-Nov-2025 21:37` from `2025-11-21 21:37`: as it was written, in no zone; whatever cannot be read stays as it came. */
export function wallTime(text: string, months: Months): string {
  const parts = WALL_TIME.exec(text);
  return parts ? `${day(parts[1] ?? '', months)} ${parts[2]}` : day(text, months);
}

/** `21-Nov-2026` in the person's zone. */
export function dayOf(at: Date, months: Months): string {
  return `${two(at.getDate())}-${months[at.getMonth()] ?? ''}-${at.getFullYear()}`;
}

/** `14:02` in the person's zone. */
export function timeOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `21-Nov-2026 14:02` in the person's zone. */
export function dayAndTime(at: Date, months: Months): string {
  return `${dayOf(at, months)} ${timeOf(at)}`;
}

/** The time of day when it is today, else the day with it. */
export function timeOrDay(at: Date, now: number, months: Months): string {
  const sameDay = new Date(now).toDateString() === at.toDateString();
  return sameDay ? timeOf(at) : dayAndTime(at, months);
}

export interface Age {
  count: number;
  unit: 'day' | 'month' | 'year';
}

/** How old someone is: days in the first month, months below two years, then years. Null when it cannot be told. */
export function age(birth: string, now: Date): Age | null {
  const parts = DATE.exec(birth);
  if (!parts) return null;
  const [year, month, date] = [Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])];
  const born = new Date(year, month, date);
  if (born.getMonth() !== month || born.getTime() > now.getTime()) return null;
  let months = (now.getFullYear() - year) * 12 + now.getMonth() - month;
  if (now.getDate() < date) months -= 1;
  if (months >= 24) return { count: Math.floor(months / 12), unit: 'year' };
  if (months >= 1) return { count: months, unit: 'month' };
  return { count: Math.floor((now.getTime() - born.getTime()) / 86_400_000), unit: 'day' };
}

export interface Span {
  count: number;
  unit: 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
}

/** A length of time in its largest whole unit. */
export function span(ms: number): Span {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return { count: seconds, unit: 'second' };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { count: minutes, unit: 'minute' };
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return { count: hours, unit: 'hour' };
  const days = Math.floor(hours / 24);
  if (days < 14) return { count: days, unit: 'day' };
  if (days < 70) return { count: Math.floor(days / 7), unit: 'week' };
  if (days < 730) return { count: Math.floor(days / 30.44), unit: 'month' };
  return { count: Math.floor(days / 365.25), unit: 'year' };
}

/** An instant to the second, as it is kept and sent. */
export function secondOf(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** An instant as a field for date and time shows it: in this machine's zone. */
export function asTyped(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  const date = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${timeOf(at)}:${two(at.getSeconds())}`;
}

/** The instant that was typed into such a field; nothing while it is not whole. */
export function typedInstant(typed: string): string | null {
  const at = new Date(typed);
  return typed === '' || Number.isNaN(at.getTime()) ? null : secondOf(at);
}
