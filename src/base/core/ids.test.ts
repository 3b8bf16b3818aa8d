import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { DEVICE_NAME_PATTERN, NAME_PATTERN, makeId } from './ids.ts';
import { millis } from './units.ts';

test('makeId() gives 32 hex digits that sort by time', () => {
  const clock = frozenClock();
  const random = seededRandom(1);
  const ids = Array.from({ length: 50 }, () => {
    clock.advance(millis(1));
    return makeId(clock, random);
  });
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(parseInt(ids[0]?.slice(0, 12) ?? '', 16), Math.floor(clock.now() / 1_000) - 49);
});

test('makeId() differs within one millisecond', () => {
  const clock = frozenClock();
  const random = seededRandom(2);
  assert.equal(new Set(Array.from({ length: 1_000 }, () => makeId(clock, random))).size, 1_000);
});

test('NAME_PATTERN and DEVICE_NAME_PATTERN refuse what could leave a topic, path or statement', () => {
  for (const bad of ['', '-a', '_a', 'a/b', 'a+', 'a#', 'a b', 'a\n', "a'", 'ä', 'a'.repeat(65), '../a']) {
    assert.doesNotMatch(bad, NAME_PATTERN);
    assert.doesNotMatch(bad, DEVICE_NAME_PATTERN);
  }
  for (const good of ['a', '7', 'truck-7', 'a_b', 'a'.repeat(64)]) assert.match(good, NAME_PATTERN);
  assert.match('00:1B:44.a', DEVICE_NAME_PATTERN);
  assert.doesNotMatch('00:1B', NAME_PATTERN);
});
