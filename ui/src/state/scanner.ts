/** Tells typing from a barcode scanner, which sends many characters a few milliseconds apart and then Enter. */
const FASTEST_MS = 30;
const LEAST = 6;
const WATCHED = 12;
const SHARE = 0.7;

export class ScannerWatch {
  private times: number[] = [];

  /** A character came at `at` (milliseconds). */
  key(at: number): void {
    this.times.push(at);
    if (this.times.length > 64) this.times.shift();
  }

  /** Whether what ends with this Enter was a burst; forgets it either way. */
  enter(at: number): boolean {
    const times = [...this.times, at];
    this.times = [];
    if (times.length <= LEAST) return false;
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // A busy computer delays a key or two of a burst; no person types the rest that fast.
    const tail = gaps.slice(-WATCHED);
    return tail.filter((gap) => gap < FASTEST_MS).length >= tail.length * SHARE;
  }

  clear(): void {
    this.times = [];
  }
}

/**
 * How long after a key another may still belong to the same scan: strict at its start, patient with a busy computer later.
 * Wireless scanners pause up to 45 ms.
 */
export const SURELY_MS = 50;
const LIKELY_MS = 100;
const BURST = 4;

/**
 * Hears a scan that comes while no field has the focus. Its letters are shortcuts too ("u" takes an action back), so that
 * whoever handles keys must ask first.
 */
export class ScanListener {
  private text = '';
  private last = -Infinity;

  /** A character came at `at` (milliseconds): whether it came as fast after another one as only a scanner sends them. */
  key(character: string, at: number): boolean {
    const follows = this.follows(at);
    this.text = follows ? this.text + character : character;
    this.last = at;
    return follows;
  }

  /** Whether so many characters came in a row that no person typed them. */
  get isScan(): boolean {
    return this.text.length >= BURST;
  }

  /** What was scanned, when this Enter ends a scan. */
  enter(at: number): string | null {
    const scanned = this.isScan && this.follows(at) ? this.text : null;
    this.clear();
    return scanned;
  }

  clear(): void {
    this.text = '';
    this.last = -Infinity;
  }

  private follows(at: number): boolean {
    return at - this.last <= (this.isScan ? LIKELY_MS : SURELY_MS);
  }
}
