/** Patients of another system who may be the same person. */
import type { Evidence, SamePair, SamePatient, SamePerson, WorklistRow } from '../generated/bindings';

function evidence(row: WorklistRow): Evidence[] {
  const [family = '', given = ''] = (row.patient ?? '').split(', ');
  const born = row.birthDate ?? '1945-07-14';
  return [
    { what: 'sameBirthDate', weight: 40, mine: born, theirs: born },
    { what: 'familyNameSpelling', weight: 20, mine: family, theirs: family },
    { what: 'initial', weight: 8, mine: given, theirs: given.slice(0, 1) },
    { what: 'sameSex', weight: 4, mine: row.gender ?? 'F', theirs: row.gender ?? 'F' },
  ];
}

function patientOf(row: WorklistRow, system: string): SamePatient {
  return {
    person: `person-${system}-${row.id}`,
    connection: 'connection-2',
    connectionName: system,
    systemTitle: system,
    about: {
      name: { family: null, given: null, prefix: null, suffix: null },
      birthDate: row.birthDate,
      gender: row.gender,
      identifiers: [{ kind: 'mrn', label: 'MRN', value: '20004711', issuer: 'Northside imaging' }],
    },
    patient: row.patient,
    items: [row],
    evidence: evidence(row),
    weight: 72,
    decided: null,
    changed: [],
  };
}

/** One in three is linked, with what changed since; one in two has a proposal. */
export function sameOf(row: WorklistRow): SamePerson {
  const number = Number(row.identifier?.value.slice(-3) ?? 1);
  const linked = {
    ...patientOf(row, 'Imaging'),
    decided: { by: 'Ruth Feldman', at: new Date(Date.now() - 86_400_000).toISOString() },
    changed: [{ what: 'otherBirthDate' as const, weight: -80, mine: '1945-07-14', theirs: '1954-07-14' }],
  };
  return {
    person: `person-${row.id}`,
    confirmed: number % 3 === 0 ? [linked] : [],
    proposed: number % 2 === 0 ? [patientOf(row, 'Pathology')] : [],
    refused: 0,
  };
}

function pairsOf(rows: WorklistRow[]): SamePair[] {
  return rows
    .filter((row) => row.patient !== null)
    .slice(0, 5)
    .map((row) => ({ one: patientOf(row, 'CareValidate'), other: patientOf(row, 'Pathology') }));
}

/** The commands of the review. */
export function sameCommands(core: { rows: WorklistRow[] }) {
  let undecided: SamePair[] | null = null;
  const decide = ({ one, other }: { one: string; other: string }) => {
    undecided = (undecided ?? []).filter((pair) => pair.one.person !== one || pair.other.person !== other);
  };
  return {
    on_same_proposals: ({ offset, limit }: { offset: number; limit: number }) => {
      undecided ??= pairsOf(core.rows);
      return { pairs: undecided.slice(offset, offset + limit), total: undecided.length };
    },
    on_confirm_same: decide,
    on_refuse_same: decide,
    on_undo_same: () => null,
  };
}
