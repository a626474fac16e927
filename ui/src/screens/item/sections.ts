import type { ItemView } from '../../api';
import type { Strings } from '../../strings';

export type SectionName = keyof Strings['item']['section'];

/** The sections that an item has, in reading order, with how much is in each. */
export function sectionsOf(view: ItemView): { name: SectionName; count: number | null }[] {
  const all: { name: SectionName; count: number | null; always: boolean }[] = [
    { name: 'summary', count: null, always: true },
    { name: 'comments', count: view.comments.length, always: true },
    { name: 'forms', count: view.forms.length, always: true },
    { name: 'decisions', count: view.decisions.length, always: true },
    { name: 'orders', count: view.orders.length, always: true },
    { name: 'attachments', count: view.attachments?.length ?? 0, always: true },
    { name: 'appointments', count: view.appointments.length, always: false },
    { name: 'payments', count: view.payments.length, always: false },
    { name: 'history', count: view.history.length, always: true },
  ];
  return all.filter((section) => section.always || (section.count ?? 0) > 0);
}
