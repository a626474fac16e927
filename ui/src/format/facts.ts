/** What kind of thing a fact or a group of them is, for how it is laid out. */
import type { Fact, FactGroup } from '../api';

/** A line of so many letters that it is read and not looked up. */
const PROSE = 56;

export const isProse = ({ value, moment }: Fact) =>
  !moment && (value.includes('\n') || (value.length > PROSE && value.includes(' ')));

/** So long a text, or of so many lines, is a report of its own. */
const LONG = 140;
const isLong = ({ value, moment }: Fact) => !moment && (value.length > LONG || value.split('\n').length > 3);

/** Whether a group is read from its first line to its last: by the title that systems give reports, or by how it is written. */
export const isReport = ({ title, facts }: FactGroup) => /^Report\b/.test(title) || facts.some(isLong);

/** Numbers of machines and stores, by the title that systems give them. */
export const isReference = ({ title }: FactGroup) => title === 'Reference numbers';
