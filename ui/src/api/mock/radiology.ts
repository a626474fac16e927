/** A reading room over the mocked door: studies with the actions, reports and numbers that make a page long. */
import type {
  ActionDeclaration,
  ActionField,
  ActionOffer,
  ItemView,
  OutboxRow,
  WorklistRow,
} from '../generated/bindings';
import { COMMENT } from './declarations';
import { made } from './outbox';
import { fact } from './pieces';

export const NAME = 'Northside PACS';

type Kind = ActionField['kind'];
const field = (key: string, label: string, kind: Kind, required: boolean, help = ''): ActionField => ({
  key,
  label,
  help,
  kind,
  required,
  default: null,
});
const action = (
  name: string,
  label: string,
  verb: ActionDeclaration['verb'],
  consequence: string,
  fields: ActionField[] = [],
): ActionDeclaration => ({ name, label, verb, consequence, fields });

export const STUDY_ACTIONS: ActionDeclaration[] = [
  action('status', 'Change status', 'status', 'Everybody who can see the study sees the new status.', [
    field('to', 'New status', { type: 'itemChoice' }, true, 'One of the status tags that can follow.'),
  ]),
  COMMENT,
  action(
    'approve',
    'Approve',
    'decide',
    "This does not sign or approve the report. The study becomes visible to everybody in its namespace, and the account's routing rules and notifications run on it. This cannot be taken back.",
    [
      field(
        'delay',
        'Wait (seconds)',
        { type: 'number', least: 0, most: 600 },
        false,
        'Shown as approved so much later.',
      ),
      field('must_match', 'Conditions (JSON)', { type: 'longText' }, false, 'Fields that must match before.'),
    ],
  ),
  action(
    'reject',
    'Reject',
    'decide',
    'The study is not taken into its namespace and disappears from the list. The person who shared it is told, with your message. This cannot be taken back.',
    [field('message', 'Message', { type: 'longText' }, false, 'Sent to the person who shared the study.')],
  ),
  action('star', 'Star', 'mark', 'Only you see your stars.', [
    field('star', 'Star', { type: 'flag' }, true, 'On or off.'),
  ]),
  action('tag', 'Add a tag', 'mark', 'Everybody who can see it sees its tags.', [
    field('tag', 'Tag', { type: 'text' }, true, 'A word of your own.'),
  ]),
  action('untag', 'Remove a tag', 'remove', 'Everybody who can see it sees its tags.', [
    field('tag', 'Tag', { type: 'itemChoice' }, true),
  ]),
  action('qc-status', 'Change QC status', 'set', 'Everybody who works on the task sees it.', [
    field('to', 'New status', { type: 'itemChoice' }, true),
  ]),
  action('audit', 'Write to the audit trail', 'mark', 'The entry stands in the legal trail under your name.', [
    field('reason', 'Reason', { type: 'text' }, false),
  ]),
];

const REFUSED: Record<string, string> = {
  untag: 'The study has no tags.',
  'qc-status': 'The study has no quality-control task that you can see.',
  audit: "Switched off in the connection's settings.",
};
const TARGETS: Record<string, string[]> = { status: ['Prelim', 'Final', 'On Hold'] };
const TITLES = [
  'CT CHEST W/ CONTRAST',
  'MR BRAIN WITHOUT AND WITH CONTRAST, PITUITARY PROTOCOL, DYNAMIC AND DELAYED',
  'XR HAND 3 VIEWS LEFT',
  'US ABDOMEN COMPLETE',
];
const WORDS = [
  { status: 'Unread', statusGroup: 'new' },
  { status: 'Reading', statusGroup: 'active' },
  { status: 'Final', statusGroup: 'new' },
] as const;

/** The same rows, as studies. */
export const asStudies = (rows: WorklistRow[]): WorklistRow[] =>
  rows.map((row, at) => ({
    ...row,
    ...WORDS[at % 3],
    statusKnown: true,
    kind: 'study',
    system: 'Ambra',
    title: TITLES[at % 4] ?? null,
    identifier: { kind: 'mrn', label: 'MRN', value: String(1_173_100 + at * 7), issuer: 'Northside' },
    accession: `RAD-2026-${String(88_120 + at)}`,
    flags: at % 3 === 1 ? [{ label: 'Starred', alert: false }] : [],
  }));

/** What stands on the page of a study. */
export function asStudy(view: ItemView, drafts: Map<string, unknown>): ItemView {
  const offers: ActionOffer[] = STUDY_ACTIONS.map((declaration) => ({
    declaration,
    refused: REFUSED[declaration.name] ?? null,
    targets: TARGETS[declaration.name] ?? [],
    people: [],
    draft: (drafts.get(`${view.row.id} ${declaration.name}`) ?? null) as never,
  }));
  const { identifier, accession } = view.row;
  return {
    ...view,
    systemTitle: 'Ambra',
    identifiers: [
      ...(identifier ? [identifier] : []),
      ...(accession ? [{ kind: 'accession' as const, label: 'Accession', value: accession, issuer: null }] : []),
    ],
    facts: [
      {
        title: 'Study',
        facts: [
          fact('Study date', '21-Nov-2026 09:12'),
          fact('Modality', 'CT'),
          fact('Referring physician', 'Dr Ruth Feldman'),
          fact('Images', '412'),
        ],
      },
      {
        title: 'Report',
        facts: [
          fact('Exam', 'CT chest with contrast'),
          fact('Indication', 'Cough for six weeks, weight loss'),
          fact('Technique', 'Helical acquisition after 80 ml of contrast medium, reconstructed at 1 mm.'),
          fact(
            'Findings',
            'Lungs: 9 mm solid nodule in the right upper lobe, spiculated. No effusion.\nMediastinum: no enlarged nodes.\nUpper abdomen: unremarkable.',
          ),
          fact('Impression', 'Solid nodule, 9 mm, right upper lobe. PET-CT or tissue sampling is recommended.'),
        ],
      },
      {
        title: 'Reference numbers',
        facts: [
          fact('Storage namespace', 'a0000000-0000-4000-8000-00000000000a'),
          fact('Storage engine', 'storage.northside.example'),
          fact('Size in bytes', '214748364'),
        ],
      },
    ],
    forms: [],
    decisions: [],
    orders: [],
    appointments: [],
    payments: [],
    attachments: null,
    links: view.links.map((link) => ({ ...link, label: 'Open in Ambra' })),
    parts: [],
    actions: offers,
  };
}

/** A conflict, what waits behind it, and a conflict in which somebody kept theirs a while ago. */
export function disputes(rows: WorklistRow[]): OutboxRow[] {
  const [first, second] = rows as [WorklistRow, WorklistRow];
  const pacs = { connectionName: NAME };
  const again = made(second, 'status', 'Change status', { to: 'Final' }, 'confirmed', 18, pacs);
  return [
    made(first, 'assign-medical', 'Assign a physician', { assigned_medical_id: 'u1' }, 'needsPerson', 12, {
      ...pacs,
      reason: {
        kind: 'conflict',
        text: 'Somebody else changed it since you looked. Nothing was sent; keep yours or leave theirs.',
      },
      conflict: {
        fields: [{ key: 'assigned_medical_id', base: null, mine: 'u1', theirs: 'u2' }],
        who: null,
        when: new Date(Date.now() - 86_400_000).toISOString(),
      },
      names: { assigned_medical_id: 'Physician', u1: 'Amy Chen', u2: 'Amadou Diallo' },
      choices: ['keepMine', 'takeTheirs', 'discard'],
      attempts: 0,
    }),
    made(first, 'comment', 'Comment', { text: 'Compared with the study of May.' }, 'queued', 10, {
      ...pacs,
      reason: { kind: 'behind', text: 'An earlier action on the same item has to settle first.' },
      words: 'saved here, waiting for the action before it',
      choices: ['retry', 'discard'],
    }),
    again,
    made(second, 'status', 'Change status', { to: 'Final' }, 'discarded', 25, { ...pacs, settledAt: again.madeAt }),
  ];
}
