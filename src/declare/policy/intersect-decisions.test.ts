import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intersectDecisions } from './intersect-decisions.ts';
import type { QueryDecision } from './types.ts';

const allow = (columns: Record<string, string | null>, rowFilter: string | null = null): QueryDecision => ({
  effect: 'allow',
  reason: 'granted',
  rule: 'r',
  policies: [Object.keys(columns).join()],
  obligations: { columns: Object.entries(columns).map(([name, mask]) => ({ name, mask })), rowFilter },
  hidden: [],
});
const deny: QueryDecision = {
  effect: 'deny',
  reason: 'not-granted',
  rule: 'd',
  policies: [],
  obligations: null,
  hidden: [],
};

test('intersectDecisions() denies where either denies', () => {
  assert.equal(intersectDecisions(deny, allow({ a: null })).effect, 'deny');
  assert.equal(intersectDecisions(allow({ a: null }), deny).effect, 'deny');
  assert.equal(intersectDecisions(allow({ a: null }), allow({ b: null })).reason, 'no-column');
});

test('intersectDecisions() leaves what both see, masked where either sees it masked, with all filters', () => {
  const both = intersectDecisions(
    allow({ a: null, b: 'hash', c: 'hash', d: 'hash', e: null }, 'x'),
    allow({ a: null, b: null, c: 'hash', d: 'round:1' }, 'y'),
  );
  assert.deepEqual(both.obligations, {
    columns: [
      { name: 'a', mask: null },
      { name: 'b', mask: 'hash' },
      { name: 'c', mask: 'hash' },
      { name: 'd', mask: 'null' },
    ],
    rowFilter: '(x) AND (y)',
  });
  assert.deepEqual(both.policies, ['a,b,c,d,e', 'a,b,c,d']);
});
