import type { Fields } from '../api';

export type Route =
  | { screen: 'worklist' }
  | { screen: 'item'; id: string }
  | { screen: 'outbox' }
  | { screen: 'connections' }
  | { screen: 'same' };

export type Overlay = 'help' | 'palette';

/** Where the person is: one screen, at most one panel over an item, at most one dialog over all. */
class Navigation {
  route = $state.raw<Route>({ screen: 'worklist' });
  /** The action whose panel is open over the item. */
  panel = $state<string | null>(null);
  /** What stands in the panel when it opens, where somebody began by pointing at something. */
  filled = $state.raw<Fields | null>(null);
  overlay = $state<Overlay | null>(null);
  /** Asks the item screen to bring this section into view. */
  section = $state<string | null>(null);
  private cameFrom: Route = { screen: 'worklist' };

  go(route: Route): void {
    if (route.screen !== this.route.screen && this.route.screen !== 'item') this.cameFrom = this.route;
    this.route = route;
    this.panel = null;
    this.section = null;
  }

  /** Opens the panel of an action with something filled in. */
  fill(action: string, fields: Fields): void {
    this.filled = fields;
    this.panel = action;
  }

  openItem(id: string): void {
    this.go({ screen: 'item', id });
  }

  /** One step outward: dialog, panel, item, list. */
  back(): boolean {
    if (this.overlay) this.overlay = null;
    else if (this.panel) this.panel = null;
    else if (this.route.screen === 'item')
      this.go(this.cameFrom.screen === 'outbox' ? this.cameFrom : { screen: 'worklist' });
    else if (this.route.screen !== 'worklist') this.go({ screen: 'worklist' });
    else return false;
    return true;
  }

  reset(): void {
    this.route = { screen: 'worklist' };
    this.cameFrom = { screen: 'worklist' };
    this.panel = null;
    this.overlay = null;
  }
}

export const navigation = new Navigation();
