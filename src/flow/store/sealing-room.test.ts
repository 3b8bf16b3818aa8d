import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SealingRoom } from './sealing-room.ts';

const LIMITS = { pauseRows: 1_000, pauseBytes: 8_000 };
const of = (rows: number, bytes = rows) => ({ rows, bytes });

describe('SealingRoom', () => {
  it('is as much as is sealed once three quarters of what may wait does, by rows or bytes', () => {
    const room = new SealingRoom(LIMITS, 100);
    room.sealed(100, 50);
    assert.equal(room.perSecond(of(90), 0), null);
    assert.equal(room.perSecond(of(375), 0), null);
    assert.equal(room.perSecond(of(750), 0), 2_000);
    assert.equal(room.perSecond(of(90, 6_000), 0), 2_000);
    assert.equal(room.load(of(0, 12_000)), 2);
  });

  it('holds nobody up before it knows how fast sealing is', () => {
    assert.equal(new SealingRoom(LIMITS, 100).perSecond(of(900), 0), null);
  });

  it('shrinks while a segment takes longer than others did, and is as before once it is sealed', () => {
    const room = new SealingRoom(LIMITS, 100);
    room.sealed(100, 100);
    assert.equal(room.perSecond(of(750), 0), 1_000);
    assert.equal(room.perSecond(of(750), 100), 1_000);
    assert.equal(room.perSecond(of(750), 1_000), 100);
    room.sealed(100, 100);
    assert.equal(room.perSecond(of(750), 1_001), 1_000);
  });
});
