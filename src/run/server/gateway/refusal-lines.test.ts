import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalLines } from './refusal-lines.ts';

const refusal = (source: number, count: number, own = false) => ({
  listener: 'mqtt',
  reason: 'no-certificate',
  source: `10.0.${source}.0/24`,
  own,
  count,
});

test('refusalLines() has the most frequent one by one and the others in one sum', () => {
  assert.deepEqual(refusalLines([refusal(1, 2)]), [refusal(1, 2)]);
  const lines = refusalLines(Array.from({ length: 100 }, (_, i) => refusal(i, 100 - i)));
  assert.equal(lines.length, 65);
  assert.deepEqual(lines[0], refusal(0, 100));
  const sum = { listener: 'any', reason: 'other', source: 'other', own: false, count: (36 * 37) / 2 };
  assert.deepEqual(lines.at(-1), sum);
});

test('refusalLines() adds what the prober was refused to nothing of strangers', () => {
  const flood = Array.from({ length: 100 }, (_, i) => refusal(i, 9));
  const lines = refusalLines([...flood, refusal(7, 1, true)]);
  assert.deepEqual(
    lines.filter(({ own }) => own),
    [refusal(7, 1, true)],
  );
  assert.equal(lines.at(-1)?.count, 36 * 9);
});
