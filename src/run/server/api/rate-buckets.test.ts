import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateBuckets } from './rate-buckets.ts';

function start(most?: number) {
  let now = 0;
  const buckets = new RateBuckets(() => now, most);
  return { buckets, wait: (ms: number) => (now += ms) };
}

const ROUTE = { name: 'route', quota: 2 };
const CALLER = { name: 'caller', quota: 3 };

test('RateBuckets gives the quota at once, then as much over a minute, each caller for itself', () => {
  const { buckets, wait } = start();
  const heard = [0, 0, 0, 30_000, 0].map((ms) => {
    wait(ms);
    return buckets.take('a', [ROUTE]).allowed;
  });
  assert.deepEqual(heard, [true, true, false, true, false]);
  assert.equal(buckets.take('b', [ROUTE]).allowed, true);
});

test('RateBuckets says what is left, what refuses and when to come again', () => {
  const { buckets, wait } = start();
  assert.deepEqual(buckets.take('a', [CALLER, ROUTE]), {
    allowed: true,
    limits: [
      { policy: 'caller', quota: 3, window: 60, remaining: 2, reset: 20 },
      { policy: 'route', quota: 2, window: 60, remaining: 1, reset: 30 },
    ],
    violated: [],
    retryAfter: 0,
  });
  buckets.take('a', [CALLER, ROUTE]);
  wait(5_000);
  const refused = buckets.take('a', [CALLER, ROUTE]);
  assert.deepEqual([refused.allowed, refused.violated, refused.retryAfter], [false, ['route'], 25]);
  assert.equal(refused.limits[0]?.remaining, 0);
});

test('RateBuckets counts what one policy refuses in the others as well', () => {
  const { buckets } = start();
  const wide = { name: 'wide', quota: 5 };
  const heard = Array.from({ length: 7 }, () => buckets.take('a', [ROUTE, wide]).violated.join(' '));
  assert.deepEqual(heard, ['', '', 'route', 'route', 'route', 'route wide', 'route wide']);
});

test('RateBuckets follows a quota that was changed', () => {
  const { buckets, wait } = start();
  buckets.take('a', [{ name: 'route', quota: 100 }]);
  assert.equal(buckets.take('a', [ROUTE]).limits[0]?.remaining, 1);
  wait(60_000);
  assert.equal(buckets.take('a', [{ name: 'route', quota: 100 }]).limits[0]?.remaining, 15);
});

test('RateBuckets holds what comes in ten seconds, and ten at least', () => {
  const { buckets } = start();
  const held = [6_000, 60, 5].map((quota) => buckets.take('a', [{ name: `of ${quota}`, quota }]).limits[0]);
  assert.deepEqual(
    held.map((limit) => [limit?.quota, limit?.window]),
    [
      [1_000, 10],
      [10, 10],
      [5, 60],
    ],
  );
  const burst = Array.from({ length: 1_001 }, () => buckets.take('b', [{ name: 'r', quota: 6_000 }]).allowed);
  assert.deepEqual([burst.filter(Boolean).length, burst.at(-1)], [1_000, false]);
});

test('RateBuckets keeps a bounded number; newcomers share one bucket, and full ones make room', () => {
  const { buckets, wait } = start(10);
  for (let i = 0; i < 10; i++) buckets.take(`c${i}`, [ROUTE]);
  const heard = Array.from({ length: 5 }, (_, i) => buckets.take(`new${i}`, [ROUTE]).allowed);
  assert.deepEqual(heard, [true, true, false, false, false]);
  assert.ok(buckets.size <= 11);
  assert.equal(buckets.take('c3', [ROUTE]).allowed, true);
  wait(61_000);
  for (let i = 0; i < 3; i++) assert.equal(buckets.take(`late${i}`, [ROUTE]).limits[0]?.remaining, 1);
  assert.ok(buckets.size <= 4);
});
