import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequenceRule } from './sequence-rule.ts';
import { logEvent } from './log-event.ts';
import { refusedFrom, rulesOf } from './testing.ts';

const [rule] = rulesOf('rules: { r: { say: a, within: 1m, steps: [{ event: sign-in, count: 2 }, { event: call }] } }');

test('sequenceRule() forgets what came too early', () => {
  assert.ok(rule?.pattern.kind === 'sequence');
  const runner = sequenceRule(rule, rule.pattern);
  const group = { key: '', about: {}, ofProber: false };
  assert.deepEqual([...runner.actions], ['sign-in', 'call']);
  runner.take(logEvent(refusedFrom(1, 'a', 2)), group);
  assert.equal(runner.groups, 1);
  assert.deepEqual(runner.tick(70e6), []);
  assert.deepEqual([runner.groups, runner.pending(), runner.forgotten], [0, [], 0]);
  runner.take(logEvent(refusedFrom(80, 'a', 2)), group);
  const call = { ...logEvent(refusedFrom(90, 'a')), action: 'call' };
  assert.deepEqual(
    runner.take(call, group).map(({ start, end, score }) => [start, end, score]),
    [[80e6, 90e6, 3]],
  );
  assert.equal(runner.groups, 0);
});
