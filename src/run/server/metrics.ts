import type { Metrics } from '#base/core/index.ts';

/** Where nobody asks for metrics. */
export const noMetrics: Metrics = { count: () => {}, gauge: () => {} };

/** Counters and gauges in memory, by name and labels, for status and for those who read metrics. */
export class MemoryMetrics implements Metrics {
  readonly #values = new Map<string, Map<string, number>>();

  count(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const series = this.#series(name);
    const key = keyOf(labels);
    series.set(key, (series.get(key) ?? 0) + by);
  }

  gauge(name: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#series(name).set(keyOf(labels), value);
  }

  /** The sum of a metric over all labels. */
  total(name: string): number {
    let sum = 0;
    for (const value of this.#values.get(name)?.values() ?? []) sum += value;
    return sum;
  }

  /** The values of a metric by one of its labels. */
  by(name: string, label: string): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const [key, value] of this.#values.get(name) ?? []) {
      const word = (JSON.parse(key) as [string, string][]).find(([known]) => known === label)?.[1] ?? '';
      sums[word] = (sums[word] ?? 0) + value;
    }
    return sums;
  }

  #series(name: string): Map<string, number> {
    let series = this.#values.get(name);
    if (series === undefined) this.#values.set(name, (series = new Map()));
    return series;
  }
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
