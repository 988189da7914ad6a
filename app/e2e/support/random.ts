// Chance that can be repeated: the same seed gives the same numbers (mulberry32).
export class Chance {
  constructor(private state: number) {}

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Does it happen this time? */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  one<T>(all: readonly T[]): T {
    return all[this.between(0, all.length - 1)];
  }
}
