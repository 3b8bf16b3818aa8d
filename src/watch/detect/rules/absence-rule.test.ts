import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absenceRule } from './absence-rule.ts';
import { logEvent } from './log-event.ts';
import { refusedFrom, rulesOf } from './testing.ts';

const [rule] = rulesOf('rules: { r: { say: a, within: 1m, absent: { event: sign-in } } }');

test('absenceRule() waits for each group, tells once, and goes on until it comes', () => {
  assert.ok(rule?.pattern.kind === 'absence');
  const runner = absenceRule(rule, rule.pattern);
  const group = (key: string) => ({ key, about: { address: key }, ofProber: false });
  runner.take(logEvent(refusedFrom(0, 'a')), group('a'));
  runner.take(logEvent(refusedFrom(30, 'b')), group('b'));
  assert.deepEqual(runner.tick(59e6), []);
  assert.deepEqual(
    runner.tick(61e6).map(({ group: { key }, end, open }) => [key, end, open]),
    [['a', 60e6, true]],
  );
  assert.deepEqual(runner.tick(62e6), []);
  assert.deepEqual(
    runner.tick(91e6).map(({ group: { key } }) => key),
    ['b'],
  );
  const [came] = runner.take(logEvent(refusedFrom(100, 'a')), group('a'));
  assert.deepEqual([came?.open, came?.start, came?.end], [false, 0, 100e6]);
  assert.deepEqual([runner.groups, runner.forgotten, runner.pending()], [2, 0, []]);
});
