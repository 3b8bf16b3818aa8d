import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReaderLag } from './reader-lag.ts';

const at = (file: string, offset: number): ReadonlyMap<string, number> => new Map([[file, offset]]);

describe('ReaderLag', () => {
  it('tells how old the oldest is that the reader has not come to', () => {
    const lag = new ReaderLag();
    assert.equal(lag.behindMs(5), 0);
    lag.committed({ file: 'a', offset: 10 }, 3, 100);
    lag.committed({ file: 'a', offset: 20 }, 3, 150);
    assert.equal(lag.behindMs(160), 60);
    lag.passed(at('a', 9), 160);
    assert.equal(lag.behindMs(160), 60, 'no group is passed in part');
    lag.passed(at('a', 10), 170);
    assert.equal(lag.behindMs(170), 20);
    lag.passed(at('other', 99), 180);
    assert.equal(lag.behindMs(180), 30, 'files of other writers say nothing');
    lag.passed(at('a', 25), 190);
    assert.equal(lag.behindMs(190), 0);
  });

  it('takes a reader in a later file as past the files before', () => {
    const lag = new ReaderLag();
    lag.committed({ file: 'a', offset: 90 }, 1, 0);
    lag.committed({ file: 'b', offset: 10 }, 1, 5);
    lag.committed({ file: 'b', offset: 20 }, 1, 7);
    lag.passed(at('b', 10), 10);
    assert.equal(lag.behindMs(10), 3);
  });

  it('has nothing wait that the reader came to before its writer heard that it is durable', () => {
    const lag = new ReaderLag();
    lag.passed(at('a', 10), 95);
    lag.committed({ file: 'a', offset: 10 }, 3, 100);
    assert.equal(lag.behindMs(9_000), 0);
    lag.passed(at('b', 10), 9_000);
    lag.committed({ file: 'a', offset: 20 }, 3, 9_100);
    assert.equal(lag.behindMs(9_200), 100, 'of another file it says nothing');
    lag.passed(at('a', 20), 9_300);
    lag.committed({ file: 'a', offset: 20 }, 3, 9_400);
    assert.equal(lag.behindMs(9_500), 0);
  });

  it('remembers where the reader is in no more files than it has room for', () => {
    const lag = new ReaderLag();
    for (let i = 0; i < 1_000; i++) lag.passed(at(`f${i}`, 10), i);
    lag.committed({ file: 'f0', offset: 10 }, 3, 1_000);
    assert.equal(lag.behindMs(1_001), 1, 'long ago');
    lag.passed(at('f999', 10), 1_002);
    lag.committed({ file: 'f999', offset: 10 }, 3, 1_003);
    assert.equal(lag.behindMs(1_004), 4, 'of f0 still');
  });

  it('measures how much is taken while something waits, and not what came in between', () => {
    const lag = new ReaderLag();
    lag.committed({ file: 'a', offset: 10 }, 50, 1_000);
    lag.passed(at('a', 10), 1_100);
    assert.equal(lag.takenPerSecond, 500);
    lag.committed({ file: 'a', offset: 20 }, 50, 60_000);
    lag.passed(at('a', 20), 60_100);
    assert.equal(Math.round(lag.takenPerSecond), 500, 'a minute without readings is not slow');
    lag.committed({ file: 'a', offset: 30 }, 50, 60_100);
    lag.passed(new Map(), 62_100);
    assert.ok(lag.takenPerSecond < 20, 'a reader that stands still is');
  });

  it('knows of no more groups than it has room for', () => {
    const lag = new ReaderLag();
    for (let i = 1; i <= 10_000; i++) lag.committed({ file: 'a', offset: i }, 1, i);
    lag.passed(at('a', 9_999), 10_000);
    assert.equal(lag.behindMs(10_001), 10_001 - 4_096, 'the newest are one');
    lag.passed(at('a', 10_000), 10_000);
    assert.equal(lag.behindMs(10_001), 0);
  });
});
