import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { planExpiry } from './plan-expiry.ts';
import type { Segment } from './segment.ts';

const segment = (id: string, first: number, last: number, stream = 's'): Segment =>
  ({ id, stream, created: last, received: { first, last } }) as unknown as Segment;

test('planExpiry() takes the segment with the oldest readings that are to go, unless it is held', () => {
  const segments = [
    segment('young', 50, 60),
    segment('across', 30, 60),
    segment('old', 10, 20),
    segment('other', 1, 2, 'kept'),
  ];
  const keptFrom = (stream: string) => (stream === 's' ? micros(40) : null);
  const held = new Set<string>();
  const plan = () => planExpiry(segments, { keptFrom, isHeld: ({ id }) => held.has(id) });
  assert.deepEqual(plan(), { stream: 's', inputs: [segments[2]], keptFrom: 40 });
  held.add('old');
  assert.deepEqual(plan(), { stream: 's', inputs: [segments[1]], keptFrom: 40 });
  held.add('across');
  assert.equal(plan(), null);
  assert.equal(planExpiry([], { keptFrom, isHeld: () => false }), null);
});
