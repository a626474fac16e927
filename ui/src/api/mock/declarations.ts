/** What a system declares, as the remote crate would. */
import type { ActionDeclaration, System } from '../generated/bindings';

export const COMMENT: ActionDeclaration = {
  name: 'comment',
  label: 'Comment',
  verb: 'comment',
  fields: [
    { key: 'text', label: 'Text', help: '', kind: { type: 'longText' }, required: true, default: null },
    {
      key: 'internal',
      label: 'Internal note',
      help: 'An internal note is kept from the patient and from anyone outside the organization.',
      kind: { type: 'flag' },
      required: false,
      default: 'true',
    },
    {
      key: 'file',
      label: 'Files',
      help: 'Up to 5 files of 10 MB each: PDF, pictures or text.',
      kind: {
        type: 'files',
        most: 5,
        bytesEach: 10 * 1024 * 1024,
        bytesInAll: 20 * 1024 * 1024,
        mediaTypes: ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'],
      },
      required: false,
      default: null,
    },
  ],
  consequence:
    'Staff of the organization read it in the CareValidate portal. A comment that is no internal note is also read by the patient, who is told of it by e-mail.',
};

export const STATUS: ActionDeclaration = {
  name: 'changeStatus',
  label: 'Change status',
  verb: 'status',
  fields: [
    {
      key: 'to',
      label: 'New status',
      help: '',
      kind: {
        type: 'choice',
        options: [
          { value: 'OPEN', label: 'Open (unassigned again)' },
          { value: 'CLOSE', label: 'Close' },
          { value: 'REOPEN', label: 'Reopen' },
        ],
      },
      required: true,
      default: null,
    },
    {
      key: 'reason',
      label: 'Reason',
      help: 'Kept in the history of the case.',
      kind: { type: 'text' },
      required: false,
      default: null,
    },
  ],
  consequence: 'Closing archives the case and cancels its pending jobs, shipments that have not left among them.',
};

export const SYSTEMS: System[] = [
  {
    name: 'carevalidate',
    title: 'CareValidate',
    about: 'Cases of tele-health programmes with their forms, decisions, orders and comments.',
    settings: [
      {
        key: 'author_first_name',
        label: 'Your first name',
        help: 'Comments leave under this name; the key belongs to the organization, not to you.',
        kind: { type: 'text' },
        default: null,
        required: true,
      },
      {
        key: 'author_email',
        label: 'Your e-mail',
        help: 'As CareValidate knows you.',
        kind: { type: 'text' },
        default: null,
        required: true,
      },
      {
        key: 'history_from',
        label: 'Read cases since',
        help: 'Older ones are not read. Without it: two years.',
        kind: { type: 'date' },
        default: null,
        required: false,
      },
      {
        key: 'turnaround_hours',
        label: 'Turn-around in hours',
        help: 'From creation to due. Without it nothing is due.',
        kind: { type: 'number', least: 1, most: 2000 },
        default: null,
        required: false,
      },
      {
        key: 'orders',
        label: 'Read orders and shipping',
        help: '',
        kind: { type: 'flag' },
        default: 'true',
        required: false,
      },
    ],
    secrets: [
      {
        key: 'apiKey',
        label: 'API key',
        help: 'From the settings of your organization.',
        kind: { type: 'secret' },
        default: null,
        required: true,
      },
    ],
    feeds: [{ name: 'cases', title: 'Cases', shape: { type: 'windows', days: 59, overlapSeconds: 1 } }],
    actions: [COMMENT, STATUS],
    parts: ['forms', 'decisions', 'orders', 'attachments'],
    lookUp: null,
  },
];
