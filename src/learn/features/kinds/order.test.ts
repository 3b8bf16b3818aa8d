import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FeatureStream } from '../feature-stream.ts';

function surprises(values: readonly number[], after: 1 | 2): Float64Array {
  const stream = new FeatureStream([{ kind: 'order', field: 0, after, symbols: 6, memory: 4_096 }], 1);
  return stream.push(
    Float64Array.from(values, (_, i) => i),
    Float64Array.from(values),
  );
}

const CYCLE = Array.from({ length: 600 }, (_, i) => [1, 2, 2, 3][i % 4]!);

test('order tells what hardly ever follows, and nothing of what always does', () => {
  const usual = surprises(CYCLE, 1);
  assert.ok(Math.max(...usual.subarray(300)) < 0.8);
  // 3 never came after 1, and a new value never came at all.
  assert.ok(surprises([...CYCLE, 1, 3], 1).at(-1)! > 5);
  assert.ok(surprises([...CYCLE, 8], 1).at(-1)! > 5);
});

test('order after two knows more than after one', () => {
  // 2 comes after 2 half of the time, but never after 2 and 2.
  assert.ok(surprises([...CYCLE, 1, 2, 2, 2], 1).at(-1)! < 1);
  assert.ok(surprises([...CYCLE, 1, 2, 2, 2], 2).at(-1)! > 4);
});
