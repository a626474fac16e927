/** Messages that the mocked system holds. */
import type { MessageView } from '../generated/bindings';
import { moment, person } from './pieces';
import { STAFF } from './rows';

const HOUR = 3_600_000;

export const MESSAGES: MessageView[] = [
  {
    message: {
      id: 'message-1',
      subject: 'Pharmacy closed on Friday',
      text: 'The partner pharmacy ships nothing on Friday.\nPlease confirm doses before Thursday noon.',
      author: person(STAFF[0] ?? 'Staff'),
      mine: false,
      to: 'Northside',
      made: moment(Date.now() - 5 * HOUR),
      about: null,
    },
    item: null,
    patient: null,
  },
  {
    message: {
      id: 'message-2',
      subject: null,
      text: 'Thank you, all confirmed.',
      author: null,
      mine: true,
      to: null,
      made: moment(Date.now() - 30 * HOUR),
      about: null,
    },
    item: null,
    patient: null,
  },
];
