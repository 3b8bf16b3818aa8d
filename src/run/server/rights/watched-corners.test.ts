import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Concerned } from '#watch/respond/index.ts';
import { watchedCorners } from './watched-corners.ts';

test('alerts and baselines are asked by the times of readings and the values that name a person', async () => {
  const asked: unknown[] = [];
  const span = { stream: 's', device: 'd', from: 1, to: 2 };
  const [alerts, baselines] = watchedCorners({
    alerts: {
      concerning: async (concerned: Concerned) => (asked.push(concerned), 3),
      redact: async (concerned: Concerned, by: string) => (asked.push([concerned, by]), 2),
    },
    watch: { knowing: async (spans) => spans.length, forget: async (spans) => spans.length },
  });
  const place = { relation: 's', kind: 'stream', column: 'badge', type: 'integer', domain: null, values: [7], digests: [] } as const; // prettier-ignore
  const subject = { places: [place, { ...place, kind: 'table' as const }], spans: [span] };
  assert.deepEqual([await alerts!.count(subject), await alerts!.erase(subject)], [3, 2]);
  const concerned = {
    devices: new Set(),
    values: [{ stream: 's', field: 'badge', values: new Set([7]) }],
    spans: [span],
  };
  assert.deepEqual(asked, [concerned, [concerned, 'weir:rights']]);
  assert.deepEqual([await baselines!.count(subject), await baselines!.erase(subject)], [1, 1]);
});
