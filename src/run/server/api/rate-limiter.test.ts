import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import type { Limits } from '#declare/template/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { RateLimiter } from './rate-limiter.ts';

const LIMITS = { callerRequests: 4, routeRequests: 2, strangerRequests: 1 } as unknown as Limits;
const nobody = (address: string) => ({ kind: 'none', name: null, serial: null, address, listener: 'api' }) as const;

test('RateLimiter bounds a caller to each route and over all of them', () => {
  const clock = frozenClock();
  const limiter = new RateLimiter(clock, () => LIMITS);
  const heard = ['a', 'a', 'a', 'b', 'b'].map((route) => limiter.ofCaller('person:1', route).violated);
  assert.deepEqual(heard, [[], [], ['a'], [], ['caller']]);
  assert.equal(limiter.ofCaller('person:2', 'a').allowed, true);
  assert.deepEqual(limiter.ofCaller('person:3', 'c', 1).limits.at(-1)?.quota, 1);
  assert.deepEqual(limiter.ofCaller('person:3', 'c', 1).violated, ['c']);
  clock.advance(millis(30_000));
  assert.equal(limiter.ofCaller('person:1', 'a').allowed, true);
});

test('RateLimiter counts strangers by network, and holders of a certificate by name', () => {
  const limiter = new RateLimiter(frozenClock(), () => LIMITS);
  assert.equal(limiter.ofStranger(nobody('192.0.2.1')).allowed, true);
  assert.equal(limiter.ofStranger(nobody('192.0.2.9')).allowed, false);
  assert.equal(limiter.ofStranger(nobody('198.51.100.9')).allowed, true);
  const own = { ...nobody('192.0.2.1'), own: true } as const;
  assert.equal(limiter.ofStranger(own).allowed, true, 'what the platform asks itself is counted apart');
  const known = { ...nobody('192.0.2.1'), kind: 'client', name: 'operator' } as const;
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => limiter.ofStranger(known).allowed),
    [true, true, true, true, false],
  );
});
