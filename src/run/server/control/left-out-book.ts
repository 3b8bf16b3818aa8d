import type { PeriodCounts } from './period-counts.ts';

/**
 * What readings lose on entry: `undeclared` and `withheld` members, and `bytes` of both as they came; readings that
 * were `folded` into windows instead of being stored, and the `foldedBytes` of these as they came.
 */
export const LEFT_OUT = ['undeclared', 'withheld', 'bytes', 'folded', 'foldedBytes'] as const;
export type LeftOutKind = (typeof LEFT_OUT)[number];

/** What was left out of one stream, by kind. */
export type LeftOut = Readonly<Record<LeftOutKind, number>>;

export const NOTHING_LEFT_OUT: LeftOut = { undeclared: 0, withheld: 0, bytes: 0, folded: 0, foldedBytes: 0 };

/** Counts of what was left out, by hour and stream. */
export class LeftOutBook {
  readonly #counts: PeriodCounts;

  constructor(counts: PeriodCounts) {
    this.#counts = counts;
  }

  /** @param now epoch microseconds */
  note(left: readonly (readonly [stream: string, counts: LeftOut])[], now: number): void {
    for (const [stream, counts] of left) {
      for (const kind of LEFT_OUT) if (counts[kind] > 0) this.#counts.add(now, [stream, kind], counts[kind]);
    }
  }

  /** Rows of hour, stream, kind and count. */
  async rows(): Promise<readonly (readonly [hour: number, stream: string, kind: string, count: number])[]> {
    const all = await this.#counts.all();
    return all.map(({ start, words: [stream = '', kind = ''], count }) => [start, stream, kind, count] as const);
  }

  /** Sums by stream over all hours that are kept. */
  async sums(): Promise<ReadonlyMap<string, LeftOut>> {
    const sums = new Map<string, Record<LeftOutKind, number>>();
    for (const [, stream, kind, count] of await this.rows()) {
      const sum = sums.get(stream) ?? { ...NOTHING_LEFT_OUT };
      const known = LEFT_OUT.find((each) => each === kind);
      if (known !== undefined) sum[known] += count;
      sums.set(stream, sum);
    }
    return sums;
  }

  /** Keeps the counts. */
  save(): Promise<void> {
    return this.#counts.save(0);
  }
}
