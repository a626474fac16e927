/** Records that could not be read. */
import type { RejectedView } from '../generated/bindings';

export const rejected = (): RejectedView[] => [
  {
    feed: 'cases',
    externalId: 'clx7f03a99',
    reason: 'createdAt is missing, so it cannot be placed in a window',
    seenAt: new Date(Date.now() - 7_200_000).toISOString(),
  },
  {
    feed: 'cases',
    externalId: null,
    reason: 'the record has no id',
    seenAt: new Date(Date.now() - 86_400_000).toISOString(),
  },
];
