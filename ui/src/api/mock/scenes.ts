/** The states that the window is looked at in; chosen by `?scene=`. */
import type { ConnectionView } from '../generated/bindings';
import type { AppState, CommandError } from '../types';
import type { MockCore } from './core';
import { NAME as PACS } from './radiology';

export interface Scene {
  rows: number;
  outbox: boolean;
  connections: ConnectionView[];
  state: AppState;
  preferences: Record<string, unknown>;
  fails: Record<string, CommandError>;
  slow: number;
  hold: number;
  /** Held actions stay held. */
  frozen: boolean;
  offline: boolean;
  /** How long a file takes, in milliseconds. */
  fetch: number;
  /** What unlocking is refused with. */
  refuses: CommandError | null;
  /** A reading room: the rows are studies. */
  studies: boolean;
  /** How many rows per second keep arriving. */
  arriving: number;
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

const CONNECTION: ConnectionView = {
  id: 'connection-1',
  name: 'CareValidate demo',
  system: 'carevalidate',
  systemTitle: 'CareValidate',
  baseUrl: 'https://api-staging.care360-next.carevalidate.com',
  settings: {
    author_first_name: 'Amy',
    author_last_name: 'Chen',
    author_email: 'amy.chen@northside.example',
    orders: 'true',
    turnaround_hours: '120',
  },
  trouble: null,
  pinWanted: null,
  feeds: [
    {
      name: 'cases',
      title: 'Cases',
      completeAt: ago(12),
      readAt: ago(12),
      parts: 43,
      partsRead: 43,
      rows: 10_000,
      closed: null,
    },
  ],
  unsettled: 8,
  rejected: 2,
  unknownWords: [{ word: 'ON_HOLD_PHARMACY', count: 58 }],
  notes: ['A page is sorted by creation time.', 'The window matches the time of creation, as assumed.'],
  views: [
    { id: 'view-1', name: 'Escalated and not finished', query: 'is:urgent is:open', whyNot: null },
    {
      id: 'view-2',
      name: 'Whose name has “ruiz” in it',
      query: null,
      whyNot: 'It filters by “patient name”, which the filters here do not know.',
    },
  ],
  messages: 2,
  me: 'Amy Chen (amy.chen@northside.example)',
};

/** What is known of a connection that was just added. */
export const FRESH = {
  trouble: null,
  pinWanted: null,
  feeds: [],
  unsettled: 0,
  rejected: 0,
  unknownWords: [],
  notes: [],
  views: [],
  messages: 0,
  me: null,
} satisfies Partial<ConnectionView>;

const OPEN: AppState = {
  phase: 'open',
  demo: true,
  demoRemadeAt: ago(1900),
  keySlots: ['passphrase'],
  keychainAvailable: true,
  version: '0.1.0',
  unsent: null,
};

const BASE: Scene = {
  rows: 10_000,
  outbox: true,
  connections: [CONNECTION],
  state: OPEN,
  preferences: {},
  fails: {},
  slow: 0,
  hold: 5000,
  frozen: false,
  offline: false,
  fetch: 150,
  refuses: null,
  arriving: 0,
  studies: false,
};

const failed = (message: string): CommandError => ({ code: 'failed', message });

const SCENES: Record<string, Partial<Scene>> = {
  demo: {},
  real: { state: { ...OPEN, demo: false, demoRemadeAt: null } },
  firstrun: { state: { ...OPEN, phase: 'firstRun', demo: false }, connections: [], rows: 0, outbox: false },
  nokeychain: {
    state: { ...OPEN, phase: 'firstRun', demo: false, keychainAvailable: false },
    connections: [],
    rows: 0,
    outbox: false,
  },
  locked: { state: { ...OPEN, phase: 'locked', demo: false, unsent: 3, keySlots: ['passphrase', 'keychain'] } },
  lockedwait: {
    state: { ...OPEN, phase: 'locked', demo: false },
    refuses: {
      code: 'tooManyAttempts',
      message: 'Too many wrong passphrases. Nothing was changed. Try again in 28 seconds.',
    },
  },
  lockedinuse: {
    state: { ...OPEN, phase: 'locked', demo: false },
    refuses: { code: 'inUse', message: 'Another Rounds has this profile open. Close it first; nothing was changed.' },
  },
  lockeddamaged: {
    state: { ...OPEN, phase: 'locked', demo: false, unsent: 3 },
    refuses: { code: 'damaged', message: "The profile's file is damaged. It is left exactly as it is." },
  },
  fetching: { fetch: 60_000, state: { ...OPEN, demo: false } },
  systems: {
    connections: ['CareValidate demo', 'Ambra radiology', 'Illumina', 'eHealth', 'Northside LIMS'].map((name, at) => ({
      ...CONNECTION,
      id: `connection-${at + 1}`,
      name,
      feeds: CONNECTION.feeds.map((feed) => ({ ...feed, readAt: ago(12 + at * 70), completeAt: ago(12 + at * 70) })),
      trouble:
        at === 4
          ? { kind: 'offline' as const, text: 'Northside LIMS cannot be reached: no network.', since: ago(1500) }
          : null,
    })),
  },
  pin: {
    connections: [
      {
        ...CONNECTION,
        trouble: { kind: 'pin', text: 'A PIN was sent to your phone; it is good for 10 minutes.', since: ago(60) },
        pinWanted: 'A PIN was sent to your phone; it is good for 10 minutes.',
      },
    ],
  },
  noconnection: { rows: 0, outbox: false, connections: [], state: { ...OPEN, demo: false } },
  empty: { rows: 0, outbox: false },
  pull: {
    rows: 6120,
    outbox: false,
    connections: [
      {
        ...CONNECTION,
        unsettled: 0,
        rejected: 0,
        unknownWords: [],
        notes: [],
        feeds: [
          {
            name: 'cases',
            title: 'Cases',
            completeAt: null,
            readAt: ago(1),
            parts: 43,
            partsRead: 34,
            rows: 6120,
            closed: null,
          },
        ],
      },
    ],
    arriving: 200,
  },
  pullbegins: {
    rows: 0,
    outbox: false,
    connections: [
      {
        ...CONNECTION,
        unsettled: 0,
        rejected: 0,
        unknownWords: [],
        notes: [],
        feeds: [
          {
            name: 'cases',
            title: 'Cases',
            completeAt: null,
            readAt: null,
            parts: 43,
            partsRead: 0,
            rows: 0,
            closed: null,
          },
        ],
      },
    ],
  },
  offline: {
    offline: true,
    connections: [
      {
        ...CONNECTION,
        trouble: {
          kind: 'offline',
          text: 'CareValidate demo cannot be reached: no network. What was read is here, what you do is saved and goes out by itself.',
          since: ago(1500),
        },
        feeds: CONNECTION.feeds.map((feed) => ({ ...feed, readAt: ago(1520), completeAt: ago(1520) })),
      },
      {
        ...CONNECTION,
        id: 'connection-2',
        name: 'Northside CareValidate',
        trouble: {
          kind: 'signIn',
          text: 'Northside CareValidate does not accept the API key any more. Nothing is lost; put in a new key to go on.',
          since: ago(4000),
        },
        rejected: 0,
        unknownWords: [],
        notes: [],
        unsettled: 2,
      },
    ],
  },
  errors: {
    fails: {
      worklist: failed('The store could not be read: the disk reported an error.'),
      outbox: failed('The store could not be read.'),
      connections: failed('The store could not be read.'),
    },
  },
  itemerror: { fails: { item: { code: 'notFound', message: 'No such item is kept here any more.' } } },
  startfails: { fails: { app_state: { code: 'inUse', message: 'Another Rounds already uses this profile.' } } },
  acterror: { fails: { act: failed('The action could not be saved: the disk is full.') } },
  slow: { slow: 1200 },
  huge: { rows: 100_000 },
  held: { frozen: true, hold: 60_000 },
  radiology: {
    studies: true,
    hold: 400,
    state: { ...OPEN, demo: false },
    connections: [{ ...CONNECTION, name: PACS, system: 'ambra', systemTitle: 'Ambra', views: [] }],
  },
};

// Offline, and what is done stays held.
SCENES['heldoffline'] = { ...SCENES['offline'], frozen: true, hold: 60_000 };

export function scene(name: string, preferences: Record<string, unknown>): Scene {
  const chosen = SCENES[name];
  if (!chosen) throw new Error(`no scene ${name}`);
  return { ...BASE, ...chosen, preferences };
}

/** Starts what moves by itself in a scene. */
export function settle(core: MockCore): void {
  if (core.scene.arriving > 0) {
    const all = core.rows;
    core.rows = all.slice(0, 3000);
    setInterval(() => {
      core.rows = all.slice(0, Math.min(all.length, core.rows.length + core.scene.arriving / 10));
      core.change({ manyItems: true, connections: true });
    }, 100);
  }
}
