import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestMetrics } from './request-metrics.ts';

test('RequestMetrics counts by route and class of status, and durations in classes', () => {
  const metrics = new RequestMetrics();
  for (const [status, seconds] of [
    [200, 0.004],
    [204, 0.3],
    [404, 60],
  ] as const) {
    metrics.note('GET /a', status, seconds);
  }
  const [requests, durations] = metrics.families();
  assert.deepEqual(
    requests?.samples.map(({ labels, value }) => [labels?.['status'], value]),
    [
      ['2xx', 2],
      ['4xx', 1],
    ],
  );
  const value = (suffix: string, le?: string) =>
    durations?.samples.find((sample) => sample.suffix === suffix && sample.labels?.['le'] === le)?.value;
  assert.deepEqual(
    [value('_bucket', '0.005'), value('_bucket', '0.5'), value('_bucket', '30'), value('_bucket', '+Inf')],
    [1, 2, 2, 3],
  );
  assert.deepEqual([value('_count'), value('_sum')], [3, 60.304]);
});
