import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheKey, DecisionCache } from './decision-cache.ts';
import type { AccessRequest } from './types.ts';

const request: AccessRequest = {
  subject: { id: 'p', kind: 'person', roles: ['a'], standing: 'good', deviceType: null },
  action: 'query',
  resource: { type: 'view', name: 'v' },
  purpose: 'q',
  context: { lineage: { columns: [{ name: 'x', class: 'public' }] } },
};

test('DecisionCache.remember() decides once for a key', () => {
  const cache = new DecisionCache<number>();
  let made = 0;
  const ask = (key: string) => cache.remember(key, () => ++made);
  assert.deepEqual([ask('a'), ask('a'), ask('b'), ask('a')], [1, 1, 2, 1]);
});

test('DecisionCache.remember() is bounded', () => {
  const cache = new DecisionCache<number>();
  for (let at = 0; at < 20_000; at++) cache.remember(String(at), () => at);
  assert.equal(
    cache.remember('0', () => -1),
    -1,
  );
});

test('cacheKey() differs wherever a decision may differ', () => {
  const { subject } = request;
  const scope = { actions: null, views: null, purposes: null };
  const others: readonly AccessRequest[] = [
    request,
    { ...request, subject: { ...subject, id: 'o' } },
    { ...request, subject: { ...subject, kind: 'service' } },
    { ...request, subject: { ...subject, roles: ['a', 'b'] } },
    { ...request, subject: { ...subject, roles: ['a","b'] } },
    { ...request, subject: { ...subject, standing: 'disabled' } },
    { ...request, subject: { ...subject, deviceType: 'd' } },
    { ...request, subject: { ...subject, strength: 'bound' } },
    { ...request, subject: { ...subject, scope } },
    { ...request, subject: { ...subject, scope: { ...scope, views: ['v'] } } },
    { ...request, action: 'export' },
    { ...request, resource: { type: 'view', name: 'w' } },
    { ...request, purpose: null },
    { ...request, context: {} },
    { ...request, context: { lineage: { columns: [{ name: 'x', class: 'health' }] } } },
    { ...request, context: { lineage: { columns: [], stored: new Map([['x', 'health']]) } } },
    { ...request, context: { proposer: 'p' } },
    { ...request, context: { about: { name: 'd', type: 't' } } },
    { ...request, context: { speaksFor: ['t'] } },
    { ...request, context: { posture: 'fresh' } },
    { ...request, context: { address: '10.0.0.1' } },
  ];
  const keys = (reads: readonly string[]) => new Set(others.map((one) => cacheKey(one, reads))).size;
  assert.equal(keys(['posture', 'address']), others.length);
  // What no policy reads makes no difference.
  assert.equal(keys([]), others.length - 2);
});
