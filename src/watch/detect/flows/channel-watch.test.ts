import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outFlow } from '../../../../test/support/out-flow.ts';
import type { Finding } from '../live/finding.ts';
import { ChannelWatch } from './channel-watch.ts';
import { attackedCameras, BEGAN, cameras, flowBatch } from './testing.ts';
import type { Row } from './testing.ts';

const DAY = 86_400;
const HOUR = 3_600;
const PLAN = { stream: 'flows', shown: true, budget: { alarms: 1, seconds: DAY }, rate: 1 / DAY };
function judged(rows: readonly Row[], watch = new ChannelWatch(PLAN), block = 64): readonly Finding[] {
  const found: Finding[] = [];
  for (let at = 0; at < rows.length; at += block) found.push(...watch.take(flowBatch(rows.slice(at, at + block))));
  return found;
}

test('ChannelWatch tells of a channel of command and control, names the peer and says why', () => {
  const found = judged(attackedCameras(7));
  assert.deepEqual([...new Set(found.map(({ device, violates }) => `${device}: ${violates?.rule}`))], [
    'camera-2: flows to 203.0.113.9 on tcp port 1177',
  ]); // prettier-ignore
  const first = found[0]!;
  assert.match(
    first.sentence,
    /^camera-2 calls 203\.0\.113\.9 on tcp port 1177 every 1[34](\.\d)? s, unlike other channels/,
  );
  assert.match(first.sentence, /100 % of its calls are not answered/);
  assert.ok(first.start < (BEGAN + 6 * HOUR) * 1e6, 'within the hour');
  assert.ok(first.detectors[0]!.score > first.detectors[0]!.limit);
  assert.ok(first.causes.every(({ usual: range, value }) => range !== null && value !== null));
  assert.ok(first.evidence.length > 0 && first.techniques!.includes('T0869'));
});

test('ChannelWatch tells nothing of devices that go on as they did, and keeps what it knows within bounds', () => {
  const watch = new ChannelWatch(PLAN);
  assert.deepEqual(judged(cameras(12), watch), []);
  assert.ok(watch.facts.judged > 300);
  assert.deepEqual([watch.facts.devices, watch.facts.late, watch.facts.leftOut], [4, 0, 0]);
});

test('ChannelWatch finds the same however flows are cut into batches, and from a snapshot on', () => {
  const rows = attackedCameras(7);
  const whole = judged(rows);
  assert.ok(whole.length > 0);
  assert.deepEqual(judged(rows, new ChannelWatch(PLAN), 7), whole);
  const middle = rows.length >> 1;
  const before = new ChannelWatch(PLAN);
  const told = judged(rows.slice(0, middle), before);
  const after = new ChannelWatch(PLAN);
  after.restore(before.snapshot());
  assert.deepEqual([...told, ...judged(rows.slice(middle), after)], whole);
  assert.deepEqual(after.facts.devices, 4);
});

test('ChannelWatch counts flows that are late, and those beyond the room of a window', () => {
  const watch = new ChannelWatch(PLAN);
  const at = (seconds: number): Row => ['camera-1', outFlow({ time: BEGAN + seconds })];
  judged([at(0), at(700), at(10), at(1_300), at(5)], watch);
  assert.equal(watch.facts.late, 1, 'one that began two windows before the latest');
  judged(
    Array.from({ length: 600 }, () => at(1_301)),
    watch,
  );
  assert.equal(watch.facts.leftOut, 600 - 511);
});

test('ChannelWatch holds so many flows in all, and goes on once windows are over', () => {
  const watch = new ChannelWatch(PLAN, 20);
  for (let window = 0; window < 10; window++) {
    const rows = Array.from({ length: 30 }, (_, i): Row => [
      `camera-${i % 2}`,
      outFlow({ time: BEGAN + window * 600 + i }),
    ]);
    judged(rows, watch);
    assert.ok(watch.facts.held > 0 && watch.facts.held <= 20, String(watch.facts.held));
  }
  assert.ok(watch.facts.judged >= 8, String(watch.facts.judged));
});

test('ChannelWatch does not name peers whose class keeps them out of alerts', () => {
  const found = judged(attackedCameras(7), new ChannelWatch({ ...PLAN, shown: false }));
  assert.ok(found.length > 0);
  assert.doesNotMatch(JSON.stringify(found), /203\.0\.113\.9/);
});
