import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommitPace } from './commit-pace.ts';

function paced(): { pace: CommitPace; go: (ms: number) => void } {
  const time = { ms: 1_000 };
  return { pace: new CommitPace(() => time.ms), go: (ms) => (time.ms += ms) };
}

describe('CommitPace', () => {
  it('has nothing wait unless it is told to', () => {
    const { pace } = paced();
    pace.cut(1e9);
    assert.equal(pace.waitMs(), 0);
    assert.equal(pace.waitedMs, 0);
  });

  it('spaces groups by their readings, and makes up for what came late', () => {
    const { pace, go } = paced();
    pace.perSecond = 100_000;
    assert.equal(pace.waitMs(), 0);
    pace.cut(3_000);
    assert.equal(pace.waitMs(), 10, 'some credit first');
    go(15);
    assert.equal(pace.waitMs(), 0);
    pace.cut(3_000);
    assert.equal(pace.waitMs(), 25, 'five were too many');
    assert.equal(pace.waitedMs, 35);
  });

  it('lets readings come at the rate in the mean', () => {
    const { pace, go } = paced();
    pace.perSecond = 50_000;
    let rows = 0;
    for (let ms = 0; ms < 10_000; ms++, go(1)) {
      if (pace.waitMs() > 0) continue;
      pace.cut(700);
      rows += 700;
    }
    assert.ok(Math.abs(rows - 500_000) < 2_500, String(rows));
  });

  it('stops nobody: a quarter of a second at most, and a small fleet hardly at all', () => {
    const { pace } = paced();
    pace.perSecond = 0;
    assert.equal(pace.perSecond, 1_000);
    pace.cut(22);
    assert.equal(pace.waitMs(), 2);
    pace.cut(1e6);
    assert.equal(pace.waitMs(), 250);
    pace.perSecond = null;
    assert.equal(pace.waitMs(), 0);
  });
});
