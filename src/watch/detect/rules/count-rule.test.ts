import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countRule } from './count-rule.ts';
import { logEvent } from './log-event.ts';
import { refusedFrom, rulesOf } from './testing.ts';

const [rule] = rulesOf('rules: { r: { say: a, by: address, when: { event: sign-in }, count: 3, within: 1m } }');

test('countRule() keeps each group by itself and lets it go when its time is over', () => {
  assert.ok(rule?.pattern.kind === 'count');
  const runner = countRule(rule, rule.pattern);
  const group = (key: string) => ({ key, about: { address: key }, ofProber: false });
  assert.deepEqual([...runner.actions], ['sign-in']);
  for (const key of ['a', 'b', 'a']) assert.deepEqual(runner.take(logEvent(refusedFrom(1, key)), group(key)), []);
  const [hit] = runner.take(logEvent(refusedFrom(2, 'a')), group('a'));
  assert.deepEqual([hit?.score, hit?.limit, hit?.start, hit?.open], [3, 3, 1e6, true]);
  assert.deepEqual([runner.groups, runner.pending().length], [2, 1]);
  assert.deepEqual(
    runner.tick(70e6).map(({ open }) => open),
    [false],
  );
  assert.deepEqual([runner.groups, runner.forgotten], [0, 0]);
});
