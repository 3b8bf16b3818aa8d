import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOfPhysics, parsePhysics } from './physics-rule.ts';

test('parsePhysics() reads balances and rates', () => {
  assert.deepEqual(parsePhysics('inflow = outflow + 0.5 * loss within 2 %'), {
    kind: 'balance',
    text: 'inflow = outflow + 0.5 * loss within 2 %',
    terms: [
      ['inflow', 1],
      ['outflow', -1],
      ['loss', -0.5],
    ],
    within: 0.02,
    relative: true,
  });
  const difference = parsePhysics('a - b = c within 3');
  assert.ok(difference?.kind === 'balance' && !difference.relative);
  assert.deepEqual(difference.terms, [
    ['a', 1],
    ['b', -1],
    ['c', -1],
  ]);
  assert.deepEqual(fieldsOfPhysics(difference), ['a', 'b', 'c']);
  const rate = parsePhysics('level changes by at most 3/min');
  assert.ok(rate?.kind === 'rate');
  assert.deepEqual([rate.field, rate.perSecond, fieldsOfPhysics(rate)], ['level', 0.05, ['level']]);
});

test('parsePhysics() takes nothing else', () => {
  for (const text of [
    '',
    'a = b',
    'a within 3',
    'a = b within x',
    'a changes',
    'a changes by at most 3/day',
    'a == b within 1',
  ])
    assert.equal(parsePhysics(text), null, text);
});
