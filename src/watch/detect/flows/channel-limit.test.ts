import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextUniform, seedRandom } from '#learn/features/index.ts';
import { ChannelLimit, REMEMBERED_CHANNELS } from './channel-limit.ts';

const HOUR = 3_600;
const RATE = 1 / (24 * HOUR);

test('ChannelLimit alarms nothing while it knows few channels, and says what it rests on then', () => {
  const limit = new ChannelLimit();
  for (let i = 0; i < 12; i++) {
    assert.equal(limit.facts(99, RATE).limit, Infinity);
    limit.take(i, 2 + i / 10, i * 600, RATE);
  }
  const facts = limit.facts(99, RATE);
  assert.ok(facts.armed && facts.limit > 3 && facts.limit < 12, String(facts.limit));
  assert.deepEqual([facts.seen, facts.watchedSeconds], [12, 11 * 600]);
  assert.ok(facts.expectedRate <= facts.likelyRate && facts.likelyRate <= RATE * 1.01);
  assert.equal(limit.facts(3, RATE).limit, Infinity, 'a channel is not held against itself');
});

test('ChannelLimit keeps its budget over channels whose scores have an exponential tail', () => {
  let [alarms, days] = [0, 0];
  for (let seed = 1; seed <= 4; seed++) {
    const random = seedRandom(seed);
    const limit = new ChannelLimit();
    for (let i = 0; i < 2_400; i++) {
      const score = 2 - Math.log(1 - nextUniform(random));
      if (score > limit.facts(i, RATE).limit) {
        alarms += 1;
        limit.charge();
      } else limit.take(i, score, i * HOUR, RATE);
    }
    days += 100;
  }
  assert.ok(alarms <= days, `${alarms} in ${days} days`);
});

test('ChannelLimit takes windows of one channel for one, gets stricter by an alarm, and comes back', () => {
  const limit = new ChannelLimit();
  for (let i = 0; i < 40; i++) limit.take(i, 2 + (i % 7) / 5, i * 60, RATE);
  for (let i = 0; i < 500; i++) limit.take(7, 2.5, 3_000 + i, RATE);
  assert.equal(limit.facts(99, RATE).seen, 40);
  const before = limit.facts(99, RATE).limit;
  limit.charge();
  assert.ok(limit.facts(99, RATE).limit > before);
  limit.take(1, 2, 3_500 + 24 * HOUR, RATE);
  assert.ok(limit.facts(99, RATE).limit <= before);
  for (let i = 0; i < 3 * REMEMBERED_CHANNELS; i++) limit.take(1_000 + i, 2, 1e6, RATE);
  assert.ok(limit.facts(99, RATE).limit >= 3);
});
