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
