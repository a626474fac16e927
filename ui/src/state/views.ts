import type { ConnectionView, StatusGroup } from '../api';

export type ViewName =
  'open' | 'mine' | 'unassigned' | 'urgent' | 'overdue' | 'needsMe' | 'inDoubt' | 'all' | StatusGroup;

/** A view is a query that is put before the typed one. */
export const VIEWS: Record<ViewName, string> = {
  open: 'is:open',
  mine: 'assigned:me is:open',
  unassigned: 'assigned:nobody is:open',
  urgent: 'is:urgent is:open',
  overdue: 'is:overdue is:open',
  needsMe: 'is:needsme',
  inDoubt: 'is:doubtful',
  all: '',
  new: 'status:new',
  active: 'status:active',
  waiting: 'status:waiting',
  done: 'status:done',
  closed: 'status:closed',
};

/** A filter that its person saved at a system, as a view beside the built-in ones. */
export interface ReadView {
  /** Names it among all views of all connections. */
  key: string;
  name: string;
  query: string;
}

/** What a connection's saved filters show here, each within that connection, and how many of them cannot be shown. */
export function readViews(connection: ConnectionView): { shown: ReadView[]; hidden: number } {
  // A name with a quote in it cannot be asked for; then its system is.
  const name = connection.name.includes('"') ? connection.system : connection.name;
  const shown = connection.views.flatMap((view) =>
    view.query === null
      ? []
      : [{ key: `${connection.id} ${view.id}`, name: view.name, query: `system:"${name}" ${view.query}` }],
  );
  return { shown, hidden: connection.views.length - shown.length };
}

/** How many terms a query has: white space in quotes ends none. */
export const termsIn = (query: string) => (query.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).length;
