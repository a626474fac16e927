/** What people wrote on made-up items. */
import type { CommentView, WorklistRow } from '../generated/bindings';
import { moment } from './pieces';
import { Random } from './random';
import { ME, STAFF } from './rows';

const SAID = [
  'Patient asks whether the dose can be taken in the evening instead. Please advise.',
  'Reviewed history and questionnaire. No contraindication seen; blood pressure reading is from last month.',
  'Pharmacy reports the 5 mg tablets are out of stock until Thursday.\nShipping 2 × 2.5 mg instead needs your confirmation.',
  'Called twice, no answer. Trying again tomorrow morning.',
  'Thank you, I have uploaded the laboratory report.',
];

export function makeComments(row: WorklistRow): CommentView[] {
  const random = new Random(row.externalId.length * 31 + row.comments + Number(row.identifier?.value.slice(3) ?? 1));
  const created = new Date(row.created ?? Date.now()).getTime();
  const step = (Date.now() - created) / (row.comments + 1);
  return Array.from({ length: row.comments }, (_, index) => {
    const author = random.chance(0.2) ? null : random.chance(0.3) ? ME : random.pick(STAFF);
    return {
      id: `comment-${row.id}-${index}`,
      text: random.chance(0.06) ? 'شكراً جزيلاً، لقد استلمت الدواء اليوم.' : random.pick(SAID),
      internal: random.chance(0.45),
      author: author ?? row.patient?.replace(/^([^,]+), ([^(]+).*$/, '$2 $1') ?? null,
      mine: author === ME,
      made: moment(created + step * (index + 0.6)),
      action: null,
      removal: null,
    };
  });
}
