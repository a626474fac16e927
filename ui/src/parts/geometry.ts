/** Heights of many rows of which nearly all are equal: one base height, and what some rows need beyond it. */
export class Geometry {
  private extras = new Map<number, number>();
  private order: number[] = [];
  private sums: number[] = [];
  private sorted = true;

  constructor(public base: number) {}

  /** Notes a row's real height; says by how much what is below it moved. */
  measure(index: number, height: number): number {
    const before = this.extras.get(index) ?? 0;
    const extra = Math.abs(height - this.base) < 0.6 ? 0 : height - this.base;
    if (Math.abs(extra - before) < 0.1) return 0;
    if (extra === 0) this.extras.delete(index);
    else this.extras.set(index, extra);
    this.sorted = false;
    return extra - before;
  }

  clear(base: number): void {
    this.base = base;
    this.extras.clear();
    this.sorted = false;
  }

  /** Where row `index` begins; with the number of rows, the height of all. */
  top(index: number): number {
    this.sort();
    let [low, high] = [0, this.order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.order[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return index * this.base + (low > 0 ? (this.sums[low - 1] ?? 0) : 0);
  }

  /** The row at height `y`. */
  at(y: number, count: number): number {
    let [low, high] = [0, Math.max(0, count - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private sort(): void {
    if (this.sorted) return;
    this.order = [...this.extras.keys()].sort((one, other) => one - other);
    let sum = 0;
    this.sums = this.order.map((index) => (sum += this.extras.get(index) ?? 0));
    this.sorted = true;
  }
}
