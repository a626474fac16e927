import type { StatusGroup } from '../api';

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

export const termsIn = (query: string) => query.split(' ').filter(Boolean).length;
