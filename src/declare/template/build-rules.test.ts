import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildRules } from './build-rules.ts';

test('buildRules() fills in what is not said', () => {
  const rules = buildRules({
    counted: { say: 'a', within: '1m', when: { event: 'sign-in', reason: ['x', 'y*'] } },
    ordered: { say: 'a', within: '1m', steps: [{ event: 'a' }, { event: ['b'], count: 2 }], by: 'device' },
    missed: { say: 'a', within: '1h', absent: { event: 'a' }, severity: 'low', techniques: ['T0856'] },
  });
  assert.deepEqual(rules.get('counted'), {
    name: 'counted',
    say: 'a',
    severity: 'medium',
    techniques: [],
    by: [],
    within: 60_000,
    pattern: {
      kind: 'count',
      when: { event: ['sign-in'], fields: new Map([['reason', ['x', 'y*']]]) },
      count: 1,
      distinct: null,
    },
  });
  assert.deepEqual(rules.get('ordered')?.pattern, {
    kind: 'sequence',
    steps: [
      { event: ['a'], fields: new Map(), count: 1 },
      { event: ['b'], fields: new Map(), count: 2 },
    ],
  });
  assert.deepEqual(rules.get('ordered')?.by, ['device']);
  assert.deepEqual(rules.get('missed')?.pattern, {
    kind: 'absence',
    absent: { event: ['a'], fields: new Map() },
    after: null,
  });
});
