/** Made-up worklist rows with every state, including the ones that break layouts. */
import type { Priority, StatusGroup, Unsettled, WorklistRow } from '../generated/bindings';
import { Random } from './random';

const FAMILY = [
  'Cordero',
  'Okafor',
  'Lindqvist',
  'Nakamura',
  'Abernathy',
  'Moreau',
  'Petrenko',
  'Haddad',
  'Svensson',
  'Ito',
  'Marchetti',
  'Novak',
  'Adeyemi',
  'Kowalski',
  'Fernández',
  'Byrne',
  'Schäfer',
  'Dubois',
  'Rossi',
  'Yılmaz',
  'Castellanos',
  'Whitfield',
  'Baptiste',
  'Larsen',
  'Mbeki',
  'Tanaka',
  'Oyelaran',
  'Vasquez',
  'Hoang',
  'Eriksen',
];
const GIVEN = [
  'Thelma',
  'Chidi',
  'Astrid',
  'Haruki',
  'June',
  'Étienne',
  'Olena',
  'Layla',
  'Björn',
  'Mei',
  'Paolo',
  'Jana',
  'Ngozi',
  'Tomasz',
  'Lucía',
  'Aoife',
  'Greta',
  'Camille',
  'Dario',
  'Elif',
  'Rosa',
  'Clement',
  'Yvette',
  'Nils',
  'Thandi',
];
const LONG = [
  'VON HOHENSTAUFEN-WITTGENSTEIN-BERLEBURG, Maximiliana Friederike Alexandra Konstanze (Dr)',
  'الرشيد, عبد الرحمن بن محمد (Mr)',
  'محمود, فاطمة الزهراء (Mrs)',
  '李, 小龍 (Mr)',
  'ШЕВЧЕНКО-ГРИГОРЕНКО, Олександра Володимирівна (Ms)',
];
const TITLES = [
  'Hair loss treatment, initial consultation',
  'Weight management follow-up',
  'Hypertension review',
  'GLP-1 refill request',
  'Acne treatment, second opinion',
  'Migraine prophylaxis',
  'Thyroid panel follow-up',
  'Testosterone therapy, initial',
  'Smoking cessation programme',
  'Sleep study referral',
  'Contraception renewal',
  'Diabetes type 2, dose adjustment',
  'Eczema flare-up',
  'Anxiety, initial assessment',
  'Asthma inhaler renewal',
];
export const STAFF = ['Amy Chen', 'Daniel Osei', 'Ruth Feldman', 'Kofi Mensah', 'Ingrid Halvorsen'];
export const ME = 'Amy Chen';

const STATUSES: { word: string; group: StatusGroup; weight: number }[] = [
  { word: 'OPEN', group: 'new', weight: 16 },
  { word: 'ASSIGNED', group: 'new', weight: 14 },
  { word: 'IN_PROGRESS', group: 'active', weight: 24 },
  { word: 'AWAITING_PATIENT', group: 'waiting', weight: 4 },
  { word: 'APPROVED', group: 'done', weight: 24 },
  { word: 'REJECTED', group: 'done', weight: 7 },
  { word: 'NO_DECISION', group: 'done', weight: 4 },
  { word: 'ABANDONED', group: 'closed', weight: 6 },
];

const DAY = 86_400_000;

function status(random: Random) {
  let at = random.below(STATUSES.reduce((sum, one) => sum + one.weight, 0));
  for (const one of STATUSES) {
    at -= one.weight;
    if (at < 0) return one;
  }
  return { word: 'OPEN', group: 'new' as StatusGroup, weight: 0 };
}

function hex(random: Random, length: number): string {
  return Array.from({ length }, () => random.below(16).toString(16)).join('');
}

export function makeRows(count: number, now: number): WorklistRow[] {
  const random = new Random(7);
  return Array.from({ length: count }, (_, index) => makeRow(random, index, now));
}

function makeRow(random: Random, index: number, now: number): WorklistRow {
  const { word, group } = status(random);
  const strange = index % 173 === 6;
  const finished = group === 'done' || group === 'closed';
  const age = finished ? random.next() * 300 : random.next() ** 3 * 21;
  const created = now - age * DAY - 240_000;
  const updated = created + random.next() * (now - created - 20_000);
  const roll = random.next();
  const priority: Priority = roll < 0.004 ? 'stat' : roll < 0.03 ? 'urgent' : 'routine';
  const unsettled: Unsettled =
    index % 611 === 3 ? 'pending' : index % 1900 === 7 ? 'doubt' : index % 2400 === 11 ? 'needsPerson' : 'nothing';
  const mine = !strange && word !== 'OPEN' && random.chance(0.2);
  const assignee = word === 'OPEN' || word === 'ABANDONED' ? null : mine ? ME : random.pick(STAFF.slice(1));
  const title = random.chance(0.16) ? 'Ms' : random.pick(['Mr', 'Ms', 'Mrs', '']);
  const plain = `${random.pick(FAMILY).toUpperCase()}, ${random.pick(GIVEN)}${title ? ` (${title})` : ''}`;
  const long = index % 41 === 5 ? LONG[Math.floor(index / 41) % LONG.length] : undefined;
  const born = new Date(now - (18 + random.next() * 70) * 365.25 * DAY);
  return {
    id: `item-${hex(random, 12)}-${index}`,
    connection: 'connection-1',
    externalId: `clx${hex(random, 20)}`,
    kind: 'case',
    patient: index % 97 === 13 ? null : (long ?? plain),
    birthDate: index % 53 === 8 ? null : born.toISOString().slice(0, 10),
    gender: index % 67 === 9 ? null : random.pick(['F', 'M', 'F', 'M', 'Non-binary']),
    identifier: {
      kind: 'display',
      label: 'Case',
      value: `NS-${String(104_200 + index)}`,
      issuer: index % 29 === 4 ? 'Northside Community Health Network' : null,
    },
    accession: null,
    title:
      index % 79 === 2
        ? null
        : index % 37 === 1
          ? 'Comprehensive metabolic and cardiovascular risk assessment with dose adjustment of three interacting medicines, second opinion requested'
          : random.pick(TITLES),
    status: strange ? 'ON_HOLD_PHARMACY' : index % 211 === 5 ? null : word,
    statusKnown: !strange,
    statusGroup: strange ? 'active' : group,
    priority: finished ? 'routine' : priority,
    due: !finished && index % 3 === 0 ? new Date(created + 5 * DAY).toISOString() : null,
    assignee: index % 301 === 20 ? 'Ingrid Halvorsen, Kofi Mensah, Ruth Feldman' : assignee,
    mine,
    created: new Date(created).toISOString(),
    updated: new Date(updated).toISOString(),
    flags:
      index % 19 === 3 && !finished
        ? [{ label: 'Escalated', alert: true }]
        : group === 'closed' && index % 2 === 0
          ? [{ label: 'Archived', alert: false }]
          : [],
    pending: [],
    comments: random.chance(0.4) ? 1 + random.below(7) : 0,
    unsettled: finished ? 'nothing' : unsettled,
    gone: index % 557 === 17,
    system: 'carevalidate',
    similar: index % 31 === 9,
  };
}
