import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { runPolicyTests } from './policy-tests.ts';

const template = makeTemplate(`
devices: {d: {}}
streams: {s: {from: d, posture: required, purposes: [q], fields: {x: {type: number}, y: {type: number, class: location}}}}
people: {r: {query: [s], purposes: [q]}}
`);
const point = new DecisionPoint();
const run = (...cases: unknown[]) => runPolicyTests({ cases }, template, point);
const query = { who: 'r', may: 'query', on: 's', for: 'q', expect: 'allow' };

test('runPolicyTests() tells which cases hold, and why others do not', () => {
  const results = run(
    { ...query, sees: ['x'], hides: ['y'] },
    { ...query, name: 'sees too much', hides: ['x'] },
    { ...query, sees: ['y'] },
    { ...query, expect: 'deny' },
    { who: 'device:d', may: 'publish', on: 's', posture: 'stale', expect: 'deny' },
    { who: 'device:d', may: 'publish', on: 's', posture: 'fresh', expect: 'allow' },
    { who: 'r', may: 'audit', expect: 'deny', strength: 'bound', address: '10.0.0.1' },
  );
  assert.deepEqual(
    results.map(({ holds }) => holds),
    [true, false, false, false, true, true, true],
  );
  assert.match(results[1]?.message ?? '', /^expected not to see x; role:r may query/);
  assert.equal(results[1]?.name, 'sees too much');
});

test('runPolicyTests() refuses what is no case, with its number', () => {
  const wrong: readonly unknown[] = [
    'x',
    { ...query, wo: 'r' },
    { ...query, who: 'a b' },
    { ...query, may: 'fly' },
    { ...query, may: 'quarantine' },
    { ...query, expect: 'maybe' },
    { ...query, strength: 'very' },
    { ...query, posture: 'upright' },
    { ...query, sees: 'x' },
  ];
  for (const one of wrong) {
    assert.throws(
      () => run(query, one),
      (error) => hasCode(error, 'POLICY_TEST_INVALID') && (error as Error).message.includes('case 2'),
      JSON.stringify(one),
    );
  }
  for (const source of [null, {}, { cases: 1 }, []])
    assert.throws(
      () => runPolicyTests(source, template, point),
      (error) => hasCode(error, 'POLICY_TEST_INVALID'),
    );
});
