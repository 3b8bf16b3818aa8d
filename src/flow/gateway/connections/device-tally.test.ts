import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRUCK } from '../mqtt/testing.ts';
import { DeviceTally } from './device-tally.ts';
import { MANNER } from './testing.ts';

const topic = (stream: string, about = TRUCK.name, refusal = 0) => ({ stream, about: { name: about }, refusal });

test('DeviceTally sums up messages and connections, and begins anew once they were taken', () => {
  const tally = new DeviceTally(TRUCK, (name) => name === 's' || name === 't');
  assert.ok(tally.isEmpty);
  tally.began(MANNER, 0);
  for (const [i, bytes] of [10, 20, 60].entries()) tally.message(bytes, (1 + 4 * i) * 1e6, topic('t'));
  tally.message(10, 13e6, topic('s', 'sensor-1'));
  tally.message(0, 17e6, topic('unheard-of'));
  tally.message(0, 21e6, topic('s', 'sensor-1', 9));
  tally.ended('lost', 22e6);
  tally.began(MANNER, 30e6);
  tally.will(31e6);
  assert.deepEqual(tally.take(40e6), {
    device: TRUCK,
    at: 40e6,
    manner: MANNER,
    topics: ['(none)', 's/others', 't'],
    messages: 6,
    payload: 100 / 6,
    largest: 60,
    gap: 4,
    sessions: 2,
    sessionGap: 30,
    goodbyes: 0,
    lost: 1,
    wills: 1,
  });
  assert.ok(tally.isEmpty && tally.open === 1);
  // The time since the last message of before counts.
  tally.message(5, 51e6, topic('t'));
  const next = tally.take(60e6);
  assert.deepEqual([next.topics, next.gap, next.payload, next.sessions], [['t'], 30, 5, 0]);
});

test('DeviceTally names no more topics than it may, whatever is sent', () => {
  const tally = new DeviceTally(TRUCK, () => true);
  for (let i = 0; i < 100; i++) tally.message(1, i, topic(`s${i}`));
  const { topics, messages } = tally.take(100);
  assert.deepEqual([topics.length, topics.includes('(more)'), messages], [16, true, 100]);
});
