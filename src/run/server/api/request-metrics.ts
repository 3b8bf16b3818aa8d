import type { MetricFamily, MetricSample } from './metrics-text.ts';

/** Upper bounds of the classes of duration, in seconds. */
const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface RouteCounts {
  readonly byStatus: Map<string, number>;
  readonly buckets: number[];
  sum: number;
  count: number;
}

/**
 * Counts and durations of requests by route. Labels are routes as they are declared and classes of status: their number
 * is known beforehand, whatever is asked.
 */
export class RequestMetrics {
  readonly #routes = new Map<string, RouteCounts>();

  /**
   * @param route method and path as declared
   * @param seconds from the request to the end of its answer
   */
  note(route: string, status: number, seconds: number): void {
    const counts = this.#countsOf(route);
    const word = `${Math.floor(status / 100)}xx`;
    counts.byStatus.set(word, (counts.byStatus.get(word) ?? 0) + 1);
    for (const [i, bound] of BOUNDS_S.entries()) if (seconds <= bound) counts.buckets[i]! += 1;
    counts.sum += seconds;
    counts.count++;
  }

  families(): readonly MetricFamily[] {
    const routes = [...this.#routes];
    return [
      {
        name: 'weir_api_requests_total',
        kind: 'counter',
        help: 'Requests to the API by route and class of status.',
        samples: routes.flatMap(([route, { byStatus }]) =>
          [...byStatus].map(([status, value]) => ({ labels: { route, status }, value })),
        ),
      },
      {
        name: 'weir_api_request_seconds',
        kind: 'histogram',
        help: 'Seconds from a request to the end of its answer, by route.',
        samples: routes.flatMap(([route, counts]) => histogram(route, counts)),
      },
    ];
  }

  #countsOf(route: string): RouteCounts {
    let counts = this.#routes.get(route);
    if (counts === undefined) {
      counts = { byStatus: new Map(), buckets: BOUNDS_S.map(() => 0), sum: 0, count: 0 };
      this.#routes.set(route, counts);
    }
    return counts;
  }
}

function histogram(route: string, { buckets, sum, count }: RouteCounts): MetricSample[] {
  const classes = BOUNDS_S.map((bound, i) => ({ le: String(bound), value: buckets[i] ?? 0 }));
  return [
    ...[...classes, { le: '+Inf', value: count }].map(({ le, value }) => ({
      suffix: '_bucket' as const,
      labels: { route, le },
      value,
    })),
    { suffix: '_sum', labels: { route }, value: sum },
    { suffix: '_count', labels: { route }, value: count },
  ];
}
