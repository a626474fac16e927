/** Enough of the filter language for the mock; the real one is the domain crate's. */
import type { Chip, QueryProblem, SortColumn, StatusGroup, WorklistRow } from '../generated/bindings';

const GROUPS: StatusGroup[] = ['new', 'active', 'waiting', 'done', 'closed'];
type Test = (row: WorklistRow) => boolean;

export const isOpen: Test = (row) => row.statusGroup !== 'done' && row.statusGroup !== 'closed';

const IS: Record<string, { label: string; test: Test }> = {
  open: { label: 'not finished', test: isOpen },
  stat: { label: 'STAT', test: (row) => row.priority === 'stat' },
  urgent: { label: 'urgent or sooner', test: (row) => row.priority !== 'routine' },
  overdue: { label: 'overdue', test: (row) => row.due !== null && Date.parse(row.due) < Date.now() },
  pending: { label: 'something on its way', test: (row) => row.unsettled !== 'nothing' },
  doubtful: { label: 'something in doubt', test: (row) => row.unsettled === 'doubt' },
  needsme: { label: 'needs me', test: (row) => row.unsettled === 'needsPerson' },
  gone: { label: 'no longer at the system', test: (row) => row.gone },
};

function words(row: WorklistRow): string {
  return [row.patient, row.identifier?.value, row.externalId, row.title, row.assignee].join(' ').toLowerCase();
}

function term(body: string): { label: string; test: Test; problem?: string } | null {
  const at = body.indexOf(':');
  const field = at > 0 ? body.slice(0, at) : null;
  const value = (at > 0 ? body.slice(at + 1) : body).replace(/"/g, '').toLowerCase();
  if (!value) return null;
  const word: Test = (row) =>
    words(row)
      .split(/[\s,()-]+/)
      .some((part) => part.startsWith(value)) || words(row).includes(value);
  switch (field) {
    case 'is': {
      const known = IS[value];
      return (
        known ?? {
          label: `“${value}…”`,
          test: word,
          problem: 'Write is:open, is:stat, is:urgent, is:overdue, is:pending, is:doubtful, is:needsme or is:gone.',
        }
      );
    }
    case 'status':
      return GROUPS.includes(value as StatusGroup)
        ? { label: `status ${value}`, test: (row) => row.statusGroup === value }
        : { label: `status “${value}”`, test: (row) => row.status?.toLowerCase() === value };
    case 'assigned':
      if (value === 'me') return { label: 'assigned to me', test: (row) => row.mine };
      if (value === 'nobody') return { label: 'assigned to nobody', test: (row) => row.assignee === null };
      return { label: `assigned to “${value}…”`, test: (row) => row.assignee?.toLowerCase().includes(value) ?? false };
    default:
      return {
        label: body.startsWith('"') ? `exactly “${value}”` : `“${value}…”`,
        test: body.startsWith('"') ? (row) => words(row).includes(value) : word,
      };
  }
}

export function read(query: string): { tests: Test[]; chips: Chip[]; problem: QueryProblem | null } {
  const tests: Test[] = [];
  const chips: Chip[] = [];
  let problem: QueryProblem | null = null;
  for (const source of query.match(/-?(?:[^\s"]+:)?"[^"]*"?|\S+/g) ?? []) {
    const negated = source.startsWith('-') && source.length > 1;
    const found = term(negated ? source.slice(1) : source);
    if (!found) continue;
    if (found.problem) problem ??= { source, text: found.problem };
    tests.push(negated ? (row) => !found.test(row) : found.test);
    chips.push({ label: negated ? `not ${found.label}` : found.label, source });
  }
  return { tests, chips, problem };
}

const RANK = { stat: 0, urgent: 1, routine: 2 };

export function order(rows: WorklistRow[], sort: SortColumn, descending: boolean): WorklistRow[] {
  const key = (row: WorklistRow): string => {
    switch (sort) {
      case 'work':
        return `${RANK[row.priority]}${row.created}`;
      case 'status':
        return `${GROUPS.indexOf(row.statusGroup)}${row.created}`;
      case 'patient':
        return row.patient?.toLowerCase() ?? '\uffff';
      default:
        return row[sort] ?? '\uffff';
    }
  };
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  keyed.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
  if (descending) keyed.reverse();
  return keyed.map(({ row }) => row);
}
