import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { days, micros, minutes } from '#base/core/index.ts';
import type { Segment } from '../segment.ts';
import { placedKey } from './place-key.ts';
import { ARCHIVE_LIMITS, archivedBefore, NO_ARCHIVE, planArchive } from './plan-archive.ts';
import type { Archive } from './plan-archive.ts';

const segment = (id: string, last: number, more: Partial<Segment> = {}): Segment => ({
  id,
  version: 1,
  stream: 'climate',
  rows: 10,
  minTime: micros(last),
  maxTime: micros(last),
  received: { first: micros(last), last: micros(last) },
  devices: 1,
  templates: [],
  spans: [],
  inputs: [],
  objectKey: `segments/${id}.parquet`,
  size: 100,
  digest: '',
  created: micros(last),
  footerHandle: '',
  columns: [],
  ...more,
});

const archive = (more: Partial<Archive> = {}): Archive => ({
  termOf: (stream) => (stream === 'climate' ? { to: 'cold', before: micros(100) } : null),
  standsIn: () => null,
  isOpen: () => true,
  close: () => undefined,
  ...more,
});

const idsOf = (segments: readonly Segment[], terms = archive(), limits = ARCHIVE_LIMITS) =>
  planArchive(segments, terms, limits)?.inputs.map(({ id }) => id) ?? null;

describe('archivedBefore()', () => {
  it('moves in steps, never sooner than declared and at most a step later', () => {
    const after = days(90);
    const day = 86_400_000_000;
    for (const now of [micros(100 * day), micros(100.3 * day), micros(100.999 * day)])
      assert.equal(archivedBefore(after, now), 10 * day);
    for (const now of [1e15, 1e15 + 7e7, 1e15 + 123_456_789]) {
      const before = archivedBefore(minutes(32), micros(now));
      assert.ok(before <= now - 32 * 60e6 && before > now - 33 * 60e6);
    }
  });
});

describe('planArchive()', () => {
  it('takes what was received before, oldest first, and nothing of other streams', () => {
    const mine = [segment('b', 20), segment('a', 10), segment('young', 100), segment('other', 1, { stream: 'doors' })];
    assert.deepEqual(idsOf(mine), ['a', 'b']);
    assert.equal(planArchive(mine, archive(), ARCHIVE_LIMITS)?.place, 'cold');
    assert.equal(idsOf(mine, NO_ARCHIVE), null);
  });

  it('leaves what lies there, moves what lies in another place, and waits for one that cannot be reached', () => {
    const there = segment('a', 10, { objectKey: placedKey('cold', 'segments/a') });
    const elsewhere = segment('b', 20, { objectKey: placedKey('old', 'segments/b') });
    assert.deepEqual(idsOf([there]), null);
    assert.deepEqual(idsOf([there, elsewhere]), ['b']);
    assert.deepEqual(idsOf([elsewhere], archive({ isOpen: () => false })), null);
    assert.deepEqual(idsOf([segment('c', 1)], archive({ isOpen: () => false })), ['c'], 'from here all can be read');
  });

  it('makes none larger than the limits, but for one that is by itself', () => {
    const limits = { ...ARCHIVE_LIMITS, rows: 25 };
    assert.deepEqual(idsOf([segment('a', 1), segment('b', 2), segment('c', 3)], archive(), limits), ['a', 'b']);
    assert.deepEqual(idsOf([segment('a', 1, { rows: 99 }), segment('b', 2)], archive(), limits), ['a']);
  });

  it('never puts together what has to stay in different regions', () => {
    const [eu, us] = [segment('a', 1, { region: 'eu' }), segment('b', 2, { region: 'us' })];
    assert.deepEqual(idsOf([eu, us, segment('c', 3, { region: 'eu' })]), ['a', 'c']);
  });
});
