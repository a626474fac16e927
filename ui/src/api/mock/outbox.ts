/** A made-up outbox that moves by itself: held, saved, sending, confirmed. */
import type { OutboxRow, OutboxState, Reason, WorklistRow } from '../generated/bindings';
import { ME } from './rows';

const WORDS: Record<OutboxState, string> = {
  held: 'sending soon · undo',
  queued: 'saved here',
  inflight: 'sending',
  following: 'accepted, waiting for CareValidate demo',
  doubtful: 'checking whether it arrived',
  needsPerson: 'conflict',
  confirmed: 'confirmed by CareValidate demo',
  discarded: 'discarded',
  withdrawn: 'taken back',
};
const CHOICES: Record<OutboxState, string[]> = {
  held: ['undo'],
  queued: ['discard'],
  inflight: [],
  following: [],
  doubtful: [],
  needsPerson: ['retry', 'discard'],
  confirmed: [],
  discarded: [],
  withdrawn: [],
};

let next = 1;

export function made(
  row: WorklistRow,
  action: string,
  label: string,
  fields: Record<string, unknown>,
  state: OutboxState,
  minutesAgo: number,
  more: Partial<OutboxRow> = {},
): OutboxRow {
  return {
    id: `action-${next++}`,
    item: row.id,
    patient: row.patient,
    identifier: row.identifier,
    title: row.title,
    connectionName: 'CareValidate demo',
    action,
    label,
    fields: fields as never,
    names: {},
    actor: ME,
    madeAt: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    state,
    words: WORDS[state],
    reason: null,
    conflict: null,
    attempts: state === 'held' || state === 'queued' || state === 'withdrawn' ? 0 : 1,
    nextAt: null,
    settledAt: ['confirmed', 'discarded', 'withdrawn'].includes(state)
      ? new Date(Date.now() - minutesAgo * 60_000 + 9000).toISOString()
      : null,
    choices: CHOICES[state],
    ...more,
  };
}

export function moved(row: OutboxRow, state: OutboxState, more: Partial<OutboxRow> = {}): OutboxRow {
  const final = ['confirmed', 'discarded', 'withdrawn'].includes(state);
  return {
    ...row,
    state,
    words: WORDS[state].replace('CareValidate demo', row.connectionName),
    choices: CHOICES[state],
    nextAt: null,
    reason: null,
    attempts: state === 'inflight' ? row.attempts + 1 : row.attempts,
    settledAt: final ? new Date().toISOString() : null,
    ...more,
  };
}

/** One of every state, over made-up items. */
export function everyState(rows: WorklistRow[]): OutboxRow[] {
  const open = rows.filter((row) => row.statusGroup === 'active' && !row.gone);
  const at = (index: number) => open[index] as WorklistRow;
  const reason = (kind: Reason['kind'], text: string): Partial<OutboxRow> => ({ reason: { kind, text } });
  const text = (said: string, internal = false) => ({ text: said, internal });
  return [
    made(at(1), 'changeStatus', 'Change status', { to: 'CLOSE', reason: 'Patient withdrew' }, 'needsPerson', 12, {
      ...reason(
        'conflict',
        'Daniel Osei changed the status to APPROVED at 13:41, after you had read it as IN_PROGRESS. Nothing was sent. Keep yours to close it anyway, or take theirs.',
      ),
      conflict: {
        fields: [{ key: 'status', base: 'IN_PROGRESS', mine: 'CLOSE', theirs: 'APPROVED' }],
        who: 'Daniel Osei',
        when: null,
      },
      words: 'conflict',
      attempts: 0,
      choices: ['keepMine', 'takeTheirs', 'discard'],
    }),
    made(
      at(2),
      'comment',
      'Comment',
      text('Please confirm the address before the parcel leaves on Friday.'),
      'needsPerson',
      55,
      {
        ...reason(
          'possiblySent',
          'The connection was cut after the text had left, and two readings did not show it. It may have arrived. Look in the portal before sending it again.',
        ),
        words: 'possibly sent',
        attempts: 1,
      },
    ),
    made(at(3), 'comment', 'Comment', text('Refused by the system', true), 'needsPerson', 61, {
      ...reason('refused', 'the key may not comment on cases of another organization'),
      words: 'refused: the key may not comment on cases of another organization',
    }),
    made(
      at(4),
      'comment',
      'Comment',
      text('Second reading agrees with the first. No further action from my side.', true),
      'doubtful',
      3,
      {
        ...reason('doubt', 'No answer came back. It is being looked for; it is not sent again until that is known.'),
        nextAt: new Date(Date.now() + 42_000).toISOString(),
      },
    ),
    made(at(5), 'comment', 'Comment', text('Dose confirmed.'), 'queued', 8, {
      ...reason('offline', 'CareValidate demo cannot be reached. It is saved here and goes out by itself.'),
      words: 'saved here, CareValidate demo cannot be reached',
      nextAt: new Date(Date.now() + 95_000).toISOString(),
      attempts: 2,
    }),
    made(at(6), 'comment', 'Comment', text('Waiting for the laboratory.', true), 'queued', 6, {
      ...reason('behind', 'An earlier action on this case has to settle first.'),
      words: 'saved here, waiting for the action before it',
    }),
    made(at(7), 'comment', 'Comment', text('On its way.'), 'inflight', 0.2),
    made(at(8), 'changeStatus', 'Change status', { to: 'OPEN' }, 'following', 2),
    ...Array.from({ length: 64 }, (_, index) =>
      made(
        at(9 + index),
        'comment',
        'Comment',
        text(
          index % 3 === 0 ? 'Reviewed, approved as asked.\nNext control in three months.' : 'Thank you, noted.',
          index % 2 === 0,
        ),
        index % 17 === 9 ? 'discarded' : index % 13 === 7 ? 'withdrawn' : 'confirmed',
        90 + index * 310,
      ),
    ),
  ];
}
