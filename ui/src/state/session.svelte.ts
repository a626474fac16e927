import { asCommandError, core, listenToCore, onChanged, onLocked, type AppState, type CommandError } from '../api';
import { connections } from './connections.svelte';
import { itemPage } from './item.svelte';
import { navigation } from './navigation.svelte';
import { notices } from './notices.svelte';
import { outbox } from './outbox.svelte';
import { preferences } from './preferences.svelte';
import { worklist } from './worklist.svelte';

/** Whether the profile is there and open. Whatever shows patient data is dropped the moment it is not. */
class Session {
  state = $state.raw<AppState | null>(null);
  error = $state.raw<CommandError | null>(null);
  /** The first connection is being set up right after the profile was made. */
  settingUp = $state(false);

  readonly phase = $derived(this.state?.phase ?? null);

  async start(): Promise<void> {
    onLocked(() => void this.becameLocked());
    onChanged((changed) => {
      if (changed.app) void this.refresh();
      if (this.phase !== 'open') return;
      const rows = changed.manyItems || changed.items.length > 0;
      if (rows) {
        worklist.filling = connections.filling;
        worklist.invalidate();
      }
      if (changed.outbox || rows) itemPage.changed(changed);
      if (changed.outbox) void outbox.load();
      if (changed.connections) void connections.load();
    });
    try {
      await listenToCore();
    } catch (thrown) {
      this.error = asCommandError(thrown);
      return;
    }
    await this.refresh();
  }

  /** Reads where the app stands and follows it. */
  async refresh(): Promise<void> {
    try {
      const before = this.phase;
      const state = await core.appState();
      this.state = state;
      this.error = null;
      if (state.phase === 'open' && before !== 'open') await this.opened();
      if (state.phase !== 'open' && before === 'open') this.forget();
    } catch (thrown) {
      const error = asCommandError(thrown);
      if (error.code !== 'locked') this.error = error;
    }
  }

  async lock(): Promise<void> {
    await itemPage.draftSaved();
    try {
      await core.lock();
    } finally {
      await this.becameLocked();
    }
  }

  private async opened(): Promise<void> {
    await preferences.load();
    void outbox.load();
    void connections.load();
    await worklist.reload();
  }

  private async becameLocked(): Promise<void> {
    if (this.state?.phase === 'open') this.state = { ...this.state, phase: 'locked' };
    this.forget();
    await this.refresh();
  }

  /** Blanks everything that the window holds of patients. */
  private forget(): void {
    worklist.forget();
    itemPage.forget();
    outbox.forget();
    connections.forget();
    navigation.reset();
    notices.toasts = [];
    document.documentElement.removeAttribute('data-ready');
  }
}

export const session = new Session();
