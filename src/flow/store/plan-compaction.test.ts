import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytes, micros } from '#base/core/index.ts';
import { planCompaction, tierOf } from './plan-compaction.ts';
import type { Segment } from './segment.ts';

const limits = { fanIn: 4, rows: 1000, bytes: bytes(1_000_000) };
let made = 0;
const segment = (rows: number, changes: Partial<Segment> = {}): Segment => {
  made += 1;
  return {
    id: `s${made}`,
    version: 1,
    stream: 'a',
    rows,
    minTime: micros(made),
    maxTime: micros(made),
    devices: 1,
    templates: [],
    spans: [],
    inputs: [],
    objectKey: '',
    size: rows * 10,
    digest: '',
    created: micros(0),
    footerHandle: '',
    columns: [],
    ...changes,
  };
};
const ids = (segments: readonly Segment[]): string[] => segments.map(({ id }) => id);

describe('planCompaction()', () => {
  it('merges as many of one tier as the fan-in, oldest readings first', () => {
    const four = [10, 11, 12, 13, 14].map((rows) => segment(rows));
    const plan = planCompaction(four.toReversed(), limits);
    assert.deepEqual(ids(plan?.inputs ?? []), ids(four.slice(0, 4)));
  });

  it('does nothing where no tier has enough, or they are of several streams', () => {
    assert.equal(planCompaction([], limits), null);
    assert.equal(planCompaction([segment(10), segment(10), segment(10), segment(200)], limits), null);
    assert.equal(
      planCompaction(
        ['a', 'b', 'c', 'd'].map((stream) => segment(10, { stream })),
        limits,
      ),
      null,
    );
  });

  it('takes the lowest tier first', () => {
    const large = [1, 2, 3, 4].map(() => segment(100));
    const small = [1, 2, 3, 4].map(() => segment(5));
    assert.deepEqual(ids(planCompaction([...large, ...small], limits)?.inputs ?? []), ids(small));
  });

  it('leaves full segments, and keeps to rows and bytes', () => {
    assert.equal(
      planCompaction(
        [1, 2, 3, 4].map(() => segment(600)),
        limits,
      ),
      null,
    );
    const fills = [1, 2, 3].map(() => segment(400));
    assert.deepEqual(ids(planCompaction(fills, limits)?.inputs ?? []), ids(fills.slice(0, 2)));
    assert.equal(
      planCompaction(
        [1, 2, 3, 4].map(() => segment(10, { size: 600_000 })),
        limits,
      ),
      null,
    );
  });

  it('comes to an end, each row written anew once per tier', () => {
    let active: Segment[] = Array.from({ length: 64 }, () => segment(4));
    let written = 0;
    for (let step = 0; step < 100; step += 1) {
      const plan = planCompaction(active, limits);
      if (plan === null) break;
      const rows = plan.inputs.reduce((sum, one) => sum + one.rows, 0);
      written += rows;
      active = [...active.filter((one) => !plan.inputs.includes(one)), segment(rows)];
    }
    assert.equal(planCompaction(active, limits), null);
    assert.equal(
      active.reduce((sum, one) => sum + one.rows, 0),
      256,
    );
    assert.ok(active.length < 4 && written <= 256 * 3, `${active.length} ${written}`);
  });

  it('tierOf() counts powers of the fan-in', () => {
    assert.deepEqual(
      [0, 1, 3, 4, 15, 16, 64].map((rows) => tierOf(rows, 4)),
      [0, 0, 0, 1, 1, 2, 3],
    );
  });
});
