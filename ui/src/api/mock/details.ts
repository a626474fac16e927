/** The page of one made-up item. */
import type { CommentView, ItemView, OutboxRow, WorklistRow } from '../generated/bindings';
import { COMMENT, STATUS } from './declarations';
import { fact, happened, moment, person, UNTOLD } from './pieces';
import { ME } from './rows';
import { sameOf } from './same';

const QUESTIONS: [string, string | null][] = [
  [
    'What brings you here today?',
    'I have been losing hair at the temples and the crown for about two years. It became faster since last winter and my brother has had the same.',
  ],
  ['Do you take any medicine regularly?', 'Lisinopril 10 mg once a day\nVitamin D'],
  ['Are you allergic to any medicine?', 'No'],
  ['Have you ever been told that you have a heart condition?', 'No'],
  ['Your latest blood pressure, if you know it', '128/82'],
  ['How many units of alcohol do you drink in a week?', '4'],
  ['Is there anything else we should know?', null],
];

export function makeView(
  row: WorklistRow,
  comments: CommentView[],
  outbox: OutboxRow[],
  connectionName: string,
  draft: Map<string, unknown>,
): ItemView {
  const created = new Date(row.created ?? Date.now()).getTime();
  const decided = row.statusGroup === 'done' || Number(row.identifier?.value.slice(-1)) > 6;
  const hour = 3_600_000;
  const many = row.identifier?.value.endsWith('7') ?? false;
  return {
    row,
    patient:
      row.patient === null
        ? null
        : {
            externalId: `sub-${row.externalId}`,
            name: { family: null, given: null, prefix: null, suffix: null },
            birthDate: row.birthDate ? { text: row.birthDate, at: null } : null,
            gender: row.gender,
          },
    identifiers: [
      ...(row.identifier ? [row.identifier] : []),
      { kind: 'patient', label: 'Patient id', value: `SUB-${row.externalId.slice(-8)}`, issuer: null },
    ],
    same: sameOf(row),
    connectionName,
    systemTitle: 'CareValidate',
    created: moment(created),
    updated: row.updated ? moment(new Date(row.updated).getTime()) : null,
    readAt: new Date(Date.now() - 130_000).toISOString(),
    facts: [
      {
        title: 'Case',
        facts: [
          fact('Product bundle', 'Hair restoration, 3 months'),
          fact('Channel', 'Web intake'),
          fact('Submitted', '', created),
          fact('Consent', 'Telehealth, data sharing'),
          fact('State', 'Oregon (US)'),
        ],
      },
      {
        title: 'Patient',
        facts: [
          fact('E-mail', 'made.up@example.org'),
          fact('Phone', '+1 503 555 0142'),
          fact('Address', '1420 NW Kearney St, Apt 5, Portland, OR 97209'),
          fact('Preferred language', 'English'),
        ],
      },
    ],
    forms: [
      {
        id: 'form-1',
        name: 'Medical intake',
        description: 'Filled in by the patient before the first consultation.',
        draft: false,
        answers: [
          ...QUESTIONS.map(([question, answer]) => ({
            question,
            answer,
            respondent: null,
            answered: moment(created - hour),
            archived: false,
            ...UNTOLD,
          })),
          {
            question: 'Old question about tobacco',
            answer: 'No',
            respondent: null,
            answered: null,
            archived: true,
            ...UNTOLD,
          },
        ],
      },
      {
        id: 'form-2',
        name: 'Identity check',
        description: null,
        draft: true,
        answers: [
          {
            question: 'Photo of an identity document',
            answer: 'id-front.jpg',
            respondent: null,
            answered: moment(created - hour),
            archived: false,
            ...UNTOLD,
          },
        ],
      },
    ],
    decisions: decided
      ? [
          {
            id: 'decision-1',
            verdict: row.status === 'REJECTED' ? 'rejected' : row.status === 'NO_DECISION' ? 'noDecision' : 'approved',
            text: 'Suitable for oral treatment. Blood pressure is well controlled; the patient was told about possible side effects and to stop and report any of them.',
            by: person('Daniel Osei', 'MD'),
            byFacts: [fact('NPI', '1457382910')],
            made: moment(created + 5 * hour),
            starts: moment(created + 5 * hour),
            ends: moment(created + 90 * 24 * hour),
            facts: [fact('Visit type', 'Asynchronous')],
            medication: [
              {
                id: 'm1',
                medicine: 'Finasteride 1 mg tablet',
                refill: false,
                facts: [
                  fact('Dose', '1 tablet'),
                  fact('Frequency', 'Once a day'),
                  fact('Quantity', '90'),
                  fact('Refills', '3'),
                  fact(
                    'Instructions',
                    'Take with or without food at the same time each day. Do not take more than one tablet a day.',
                  ),
                ],
              },
              {
                id: 'm2',
                medicine: 'Minoxidil 5 % topical foam',
                refill: true,
                facts: [fact('Dose', 'Half a cap'), fact('Frequency', 'Twice a day'), fact('Quantity', '180 g')],
              },
            ],
          },
        ]
      : [],
    orders: decided
      ? [
          {
            id: '88213',
            status: 'Shipped',
            filler: 'Bright Pharmacy',
            created: moment(created + 6 * hour),
            lines: [fact('Finasteride 1 mg tablet', '90'), fact('Minoxidil 5 % topical foam', '3 × 60 g')],
            facts: [fact('Carrier', 'UPS'), fact('Tracking', '1Z999AA10123456784'), fact('Total', '84.00 USD')],
            shipping: [
              { at: moment(created + 60 * hour), status: 'Out for delivery', location: 'Portland, OR', message: null },
              {
                at: moment(created + 40 * hour),
                status: 'In transit',
                location: 'Boise, ID',
                message: 'Departed facility',
              },
              {
                at: moment(created + 20 * hour),
                status: 'Label created',
                location: null,
                message: 'Shipper created a label, UPS has not received the package yet',
              },
            ],
          },
        ]
      : [],
    comments,
    history: [
      happened('h1', 'Created', created),
      { ...happened('h2', 'Status', created + hour), before: 'OPEN', after: 'ASSIGNED' },
      { ...happened('h3', 'Assigned', created + hour), after: row.assignee, internal: true },
      ...(many
        ? Array.from({ length: 30 }, (_, index) => ({
            ...happened(`h-${index}`, 'Viewed', created + index * hour),
            internal: true,
          }))
        : []),
    ],
    appointments: many
      ? [
          {
            id: 'a1',
            starts: moment(Date.now() + 26 * hour),
            ends: moment(Date.now() + 26.5 * hour),
            facts: [fact('With', 'Dr Ruth Feldman'), fact('How', 'Video call')],
          },
        ]
      : [],
    payments: decided
      ? [
          {
            id: 'p1',
            description: 'Initial consultation',
            amount: '49.00 USD',
            status: 'paid',
            facts: [fact('Fee', '1.72 USD'), fact('Paid', '', created + hour)],
          },
        ]
      : [],
    attachments: [
      {
        id: 'file-text',
        comment: null,
        fileName: 'laboratory-report.txt',
        phi: true,
        internal: false,
        deleted: false,
        made: moment(created + hour),
        by: null,
      },
      {
        id: 'file-image',
        comment: null,
        fileName: 'scalp-front.png',
        phi: true,
        internal: false,
        deleted: false,
        made: moment(created),
        by: person(ME),
      },
      {
        id: 'file-pdf',
        comment: null,
        fileName: 'consent-form-signed-by-the-patient-and-the-witness-with-a-very-long-name-2026-11-02.pdf',
        phi: false,
        internal: true,
        deleted: false,
        made: moment(created),
        by: person('Daniel Osei', 'MD'),
      },
      {
        id: 'file-gone',
        comment: null,
        fileName: 'wrong-patient.jpg',
        phi: true,
        internal: false,
        deleted: true,
        made: moment(created),
        by: null,
      },
    ],
    actions: [
      {
        declaration: COMMENT,
        refused: row.gone ? 'CareValidate no longer has this case.' : null,
        targets: [],
        people: [],
        draft: (draft.get(`${row.id} comment`) ?? null) as never,
      },
      {
        declaration: STATUS,
        refused: row.flags.some((flag) => flag.label === 'Archived')
          ? 'The case is archived: it can only be reopened in the portal.'
          : null,
        targets: ['OPEN', 'CLOSE'],
        people: [],
        draft: (draft.get(`${row.id} changeStatus`) ?? null) as never,
      },
    ],
    links: [{ label: 'Open in CareValidate', url: `https://portal.northside.example/cases/${row.externalId}` }],
    messages: [],
    parts: ['forms', 'decisions', 'orders', 'attachments'],
    outbox: outbox.filter((one) => one.item === row.id),
  };
}
