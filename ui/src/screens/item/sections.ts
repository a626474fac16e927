import type { ItemView, Part } from '../../api';
import type { Strings } from '../../strings';

export type SectionName = keyof Strings['item']['section'];

/** The sections that an item has, in reading order, with how much is in each. One that is empty is said to be so where its system could fill it. */
export function sectionsOf(view: ItemView): { name: SectionName; count: number | null }[] {
  const may = (part: Part) => view.parts.includes(part);
  const all: { name: SectionName; count: number | null; always: boolean }[] = [
    { name: 'summary', count: null, always: true },
    { name: 'same', count: view.same.confirmed.length + view.same.proposed.length, always: view.same.refused > 0 },
    { name: 'comments', count: view.comments.length, always: takesComments(view) },
    { name: 'messages', count: view.messages.length, always: false },
    { name: 'forms', count: view.forms.length, always: may('forms') },
    { name: 'decisions', count: view.decisions.length, always: may('decisions') },
    { name: 'orders', count: view.orders.length, always: may('orders') },
    { name: 'attachments', count: view.attachments?.length ?? 0, always: may('attachments') },
    { name: 'appointments', count: view.appointments.length, always: false },
    { name: 'payments', count: view.payments.length, always: false },
    { name: 'history', count: view.history.length, always: true },
  ];
  return all.filter((section) => section.always || (section.count ?? 0) > 0);
}

/** Whether people comment on items of this kind at all. */
function takesComments(view: ItemView): boolean {
  return view.actions.some((offer) => offer.declaration.verb === 'comment');
}
