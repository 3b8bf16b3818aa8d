import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextUniform, seedRandom } from '#learn/features/index.ts';
import { descend, reconstruct, scratchFor } from './autoencoder.ts';

const SHAPE = { visible: 3, hidden: 2, weightsAt: 1, biasesAt: 2 };
const INPUT = Float64Array.of(0.2, 0.9, 0.4);

function drawn() {
  const random = seedRandom(1);
  const draw = (): number => nextUniform(random) - 0.5;
  return { weights: Float64Array.from({ length: 7 }, draw), biases: Float64Array.from({ length: 7 }, draw) };
}

test('reconstruct() is the root mean square of what two logistic layers leave', () => {
  const { weights, biases } = drawn();
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const weight = (i: number, j: number): number => weights[1 + 2 * i + j]!;
  const hidden = [0, 1].map((j) =>
    logistic(biases[2 + j]! + [0, 1, 2].reduce((sum, i) => sum + INPUT[i]! * weight(i, j), 0)),
  );
  const errors = [0, 1, 2].map(
    (i) => INPUT[i]! - logistic(biases[4 + i]! + weight(i, 0) * hidden[0]! + weight(i, 1) * hidden[1]!),
  );
  const expected = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / 3);
  assert.ok(Math.abs(reconstruct(SHAPE, weights, biases, INPUT, scratchFor(3)) - expected) < 1e-12);
});

test('descend() goes down the gradient of the cross entropy, and touches nothing of others', () => {
  const loss = (weights: Float64Array, biases: Float64Array): number => {
    const scratch = scratchFor(3);
    reconstruct(SHAPE, weights, biases, INPUT, scratch);
    return [0, 1, 2].reduce(
      (sum, i) => sum - INPUT[i]! * Math.log(scratch.output[i]!) - (1 - INPUT[i]!) * Math.log(1 - scratch.output[i]!),
      0,
    );
  };
  const before = drawn();
  const after = drawn();
  const scratch = scratchFor(3);
  reconstruct(SHAPE, after.weights, after.biases, INPUT, scratch);
  descend(SHAPE, after.weights, after.biases, INPUT, scratch, 1);
  const step = 1e-6;
  for (const name of ['weights', 'biases'] as const) {
    for (let i = 0; i < 7; i++) {
      const moved = drawn();
      moved[name][i] = moved[name][i]! + step;
      const gradient = (loss(moved.weights, moved.biases) - loss(before.weights, before.biases)) / step;
      assert.ok(Math.abs(after[name][i]! - before[name][i]! + gradient) < 1e-5, `${name} ${i}`);
    }
  }
  assert.equal(after.weights[0], before.weights[0]);
  assert.deepEqual(after.biases.subarray(0, 2), before.biases.subarray(0, 2));
});
