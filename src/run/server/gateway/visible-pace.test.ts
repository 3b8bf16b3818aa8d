import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JournalRecord } from '#flow/journal/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { climateBatch } from '../../../../test/support/store-world.ts';
import { millis } from '#base/core/index.ts';
import { joinPaces, NO_PACE, VisiblePace } from './visible-pace.ts';

const batch = (rows: number): readonly JournalRecord[] => [{ kind: 'batch', batch: climateBatch(0, rows) }];
const told = (offset: number, roomPerSecond: number | null = null, takenPerSecond = 0) => ({
  offsets: new Map([['w0', offset]]),
  takenPerSecond,
  roomPerSecond,
});

describe('VisiblePace', () => {
  it('allows anything while what is acknowledged is seen soon', () => {
    const clock = frozenClock();
    const pace = new VisiblePace(clock);
    pace.committed(batch(100), { file: 'w0', offset: 1 });
    clock.advance(millis(150));
    assert.equal(pace.state.behindMs, 150);
    pace.look();
    assert.deepEqual(pace.state, { behindMs: 150, allowedPerSecond: null, heldBackMs: 0 });
    pace.progressed(told(1));
    assert.deepEqual(pace.state, { behindMs: 0, allowedPerSecond: null, heldBackMs: 0 });
  });

  it('allows less than is taken once it is seen late, less the longer nothing is heard', () => {
    const clock = frozenClock();
    const pace = new VisiblePace(clock);
    pace.committed(batch(1_000), { file: 'w0', offset: 1 });
    pace.committed(batch(1_000), { file: 'w0', offset: 2 });
    clock.advance(millis(100));
    pace.progressed(told(1));
    clock.advance(millis(300));
    pace.look();
    assert.equal(pace.state.allowedPerSecond, 10_000);
    clock.advance(millis(200));
    pace.look();
    assert.equal(pace.state.allowedPerSecond, 5_000);
    clock.advance(millis(400));
    pace.look();
    assert.equal(pace.state.allowedPerSecond, 1_000, 'never nothing');
  });

  it('allows no more than sealing has room for, of which a worker has its part', () => {
    const clock = frozenClock();
    const pace = new VisiblePace(clock);
    pace.committed(batch(1_000), { file: 'w0', offset: 1 });
    clock.advance(millis(100));
    pace.progressed(told(1, 30_000));
    assert.equal(pace.state.allowedPerSecond, 30_000);
    pace.progressed(told(1, 30_000, 40_000));
    assert.equal(pace.state.allowedPerSecond, 7_500);
    pace.progressed(told(1, 30_000, 4_000_000));
    assert.equal(pace.state.allowedPerSecond, 3_000, 'a worker that was idle has some too');
    pace.progressed(told(1));
    assert.equal(pace.state.allowedPerSecond, null);
  });

  it('counts groups with readings only', () => {
    const clock = frozenClock();
    const pace = new VisiblePace(clock);
    pace.committed([{ kind: 'refusals', counts: [] }], { file: 'w0', offset: 1 });
    clock.advance(millis(900));
    assert.equal(pace.state.behindMs, 0);
  });
});

describe('joinPaces()', () => {
  it('takes the latest, sums what is allowed where anything is held against, and what was held back', () => {
    assert.deepEqual(NO_PACE, { behindMs: 0, allowedPerSecond: null, heldBackMs: 0 });
    assert.deepEqual(
      joinPaces([
        { behindMs: 3, allowedPerSecond: null, heldBackMs: 1 },
        { behindMs: 9, allowedPerSecond: 5, heldBackMs: 0 },
        { behindMs: 2, allowedPerSecond: 7, heldBackMs: 4 },
      ]),
      { behindMs: 9, allowedPerSecond: 12, heldBackMs: 5 },
    );
  });
});
