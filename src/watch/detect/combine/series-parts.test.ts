import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalRows } from '../../../../test/conformance/detector.ts';
import { rowsOf, sliceRows } from '../rows.ts';
import { PARTS_OF_MANY, PARTS_OF_ONE } from './series-parts.ts';

const SETTING = { given: 1, first: 300, memory: 300, every: 200, seed: 3 };
const FAMILIES = [
  { parts: PARTS_OF_MANY.parts, judged: 3 },
  { parts: PARTS_OF_ONE.parts, judged: 1 },
];

for (const { parts, judged } of FAMILIES) {
  for (const { name, create } of parts) {
    const rows = normalRows(1, 500, judged + 1);
    const made = (): ReturnType<typeof create> => {
      const part = create({ ...SETTING, judged });
      part.begin(sliceRows(rows, 0, 300), new Float64Array(300));
      return part;
    };
    const scoresOf = (part: ReturnType<typeof create>, from: number, to: number): Float64Array => {
      const scores = new Float64Array(to - from);
      part.step(sliceRows(rows, from, to), scores);
      return scores;
    };

    test(`${name}: rows are scored as they follow each other, in blocks as alone`, () => {
      const alone = made();
      const singly = Array.from({ length: 100 }, (_, i) => scoresOf(alone, 300 + i, 301 + i)[0]!);
      const scores = scoresOf(made(), 300, 400);
      assert.deepEqual([...scores], singly);
      assert.ok(scores.some((score) => score > 0));
    });

    test(`${name}: a part that is restored goes on, and one of other fields is refused`, () => {
      const first = made();
      const second = create({ ...SETTING, judged });
      second.restore(first.snapshot());
      assert.deepEqual(scoresOf(second, 300, 500), scoresOf(first, 300, 500));
      assert.ok(first.snapshot().length <= first.stateBytes);
      const other = create({ ...SETTING, judged: judged + 1 });
      assert.throws(() => other.restore(first.snapshot()), { code: 'DETECT_STATE_UNFIT' });
    });

    test(`${name}: what is given is judged by none, and blamed by none`, () => {
      const part = made();
      const odd = rowsOf(Float64Array.of(...sliceRows(rows, 400, 401).values), judged + 1);
      odd.values[0] = 90;
      const shares = part.explain(odd);
      assert.equal(shares.length, judged + 1);
      assert.equal(shares[judged], 0);
      assert.equal(shares.indexOf(Math.max(...shares)), 0);
    });
  }
}
