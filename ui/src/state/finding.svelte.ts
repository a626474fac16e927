import {
  asCommandError,
  core,
  type CommandError,
  type ItemView,
  type LookUp,
  type Person,
  type Question,
} from '../api';
import { t } from '../strings';
import { connections } from './connections.svelte';
import { navigation } from './navigation.svelte';

const PAUSE_MS = 200;

/** What could not be done, and why. */
export interface Failed {
  what: Question['type'];
  error: CommandError;
}

/** Looking up a number at a connection, and saying whose what was found is. */
export class Finding {
  /** The connection whose panel is open. */
  open = $state.raw<string | null>(null);
  patients = $state.raw<Person[]>([]);
  /** What the system has with the number; null until it has answered. */
  found = $state.raw<ItemView[] | null>(null);
  busy = $state(false);
  failed = $state.raw<Failed | null>(null);
  private turn = 0;

  constructor(private readonly pause = PAUSE_MS) {}

  /** Where numbers can be looked up, and what a number is there. */
  get all(): { connection: string; name: string; lookUp: LookUp }[] {
    return connections.list.flatMap(({ id, name, system }) => {
      const lookUp = connections.systems.find((one) => one.name === system)?.lookUp;
      return lookUp ? [{ connection: id, name, lookUp }] : [];
    });
  }

  begin(connection: string): void {
    navigation.panel = null;
    this.close();
    this.open = connection;
    const turn = this.turn;
    // Without them nobody can be chosen; what is found is found all the same.
    const read = (patients: Person[]) => {
      if (turn === this.turn) this.patients = patients;
    };
    core.patientsAt(connection).then(read, () => read([]));
  }

  /** Asks the system of the open panel what bears a number. */
  async lookUp(number: string): Promise<void> {
    if (this.open === null) return;
    this.found = null;
    await this.ask({ type: 'number', connection: this.open, number: number.trim() }, (found) => (this.found = found));
  }

  /** Says whose an item is; its system decides whether that holds. */
  async link(item: string, patient: string): Promise<void> {
    await this.ask({ type: 'patient', item, patient }, ([linked]) => {
      this.found = (this.found ?? []).map((one) => (linked && one.row.id === item ? linked : one));
    });
  }

  close(): void {
    this.turn++;
    this.open = null;
    this.patients = [];
    this.found = null;
    this.busy = false;
    this.failed = null;
  }

  /** One question at a time; its answer counts while its panel is open. */
  private async ask(question: Question, then: (found: ItemView[]) => void): Promise<void> {
    if (this.busy) return;
    const turn = this.turn;
    this.busy = true;
    this.failed = null;
    try {
      const items = await this.answer(question);
      const found = await Promise.all(items.map((id) => core.item(id)));
      if (turn === this.turn) then(found);
    } catch (thrown) {
      if (turn === this.turn) this.failed = { what: question.type, error: asCommandError(thrown) };
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }

  private async answer(question: Question): Promise<string[]> {
    await core.ask(question);
    for (;;) {
      const answer = await core.answered(question);
      if (answer?.state === 'found') return answer.items;
      if (answer?.state !== 'asking') throw new Error(answer?.message ?? t().find.noAnswer);
      await new Promise((done) => setTimeout(done, this.pause));
    }
  }
}

export const finding = new Finding();
