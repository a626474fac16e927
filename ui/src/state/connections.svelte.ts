import { asCommandError, core, type CommandError, type ConnectionView, type System } from '../api';
import { t } from '../strings';
import { notices } from './notices.svelte';

/** The configured accounts, and what each kind of system declares. */
class Connections {
  list = $state.raw<ConnectionView[]>([]);
  systems = $state.raw<System[]>([]);
  loaded = $state(false);
  error = $state.raw<CommandError | null>(null);
  private turn = 0;

  async load(): Promise<void> {
    const turn = ++this.turn;
    try {
      const [list, systems] = await Promise.all([
        core.connections(),
        this.systems.length > 0 ? this.systems : core.systems(),
      ]);
      if (turn !== this.turn) return;
      this.announce(list);
      this.list = list;
      this.systems = systems;
      this.error = null;
      this.loaded = true;
    } catch (thrown) {
      if (turn === this.turn) this.error = asCommandError(thrown);
    }
  }

  /** Whether a first pull goes on somewhere. */
  get filling(): boolean {
    return this.list.some(({ feeds }) => feeds.some((feed) => feed.completeAt === null && feed.closed === null));
  }

  byId(id: string): ConnectionView | undefined {
    return this.list.find((connection) => connection.id === id);
  }

  forget(): void {
    this.turn++;
    this.list = [];
    this.loaded = false;
    this.error = null;
  }

  private announce(list: ConnectionView[]): void {
    for (const connection of list) {
      const before = this.byId(connection.id);
      if (!before) continue;
      if (connection.trouble && before.trouble?.kind !== connection.trouble.kind) {
        notices.say(`${connection.name}: ${connection.trouble.text}`);
      } else if (!connection.trouble && before.trouble && connection.feeds.every((feed) => feed.closed === null))
        notices.say(t().live.upToDate(connection.name));
    }
  }
}

export const connections = new Connections();
