import type { CommandError } from '../api';
import { t } from '../strings';

/** What to say about a profile whose disk or file is the trouble: title, what is safe, what to do. Null for any other error. */
export function profileTrouble(error: CommandError | null): { title: string; safe: string } | null {
  const words = t().profileTrouble;
  switch (error?.code) {
    case 'diskFull':
    case 'diskFailed':
    case 'damaged':
    case 'newer':
      return words[error.code];
    default:
      return null;
  }
}
