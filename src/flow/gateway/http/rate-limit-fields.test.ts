import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateLimitFields } from './rate-limit-fields.ts';

test('rateLimitFields() writes policies and what they leave as the draft has them', () => {
  const fields = rateLimitFields([
    { policy: 'caller', quota: 100, window: 60, remaining: 99, reset: 1 },
    { policy: 'climate', quota: 20, window: 2, remaining: 0, reset: 3, unit: 'readings' },
  ]);
  assert.deepEqual(fields, {
    'ratelimit-policy': '"caller";q=100;w=60, "climate";q=20;qu="readings";w=2',
    ratelimit: '"caller";r=99;t=1, "climate";r=0;t=3',
  });
  assert.deepEqual(rateLimitFields([]), {});
});

test('rateLimitFields() lets no name break out of its string', () => {
  const [item] = Object.values(
    rateLimitFields([{ policy: 'a"\\\r\nx: é', quota: 1, window: 1, remaining: 1, reset: 0 }]),
  );
  assert.equal(item, '"a\\"\\\\??x: ?";q=1;w=1');
});
