import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('symmetricEigen() finds what is known of small matrices', () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  near(values[0]!, 3);
  near(values[1]!, 1);
  near(vectors[0]!, Math.SQRT1_2);
  near(vectors[1]!, Math.SQRT1_2);
  // The second difference: 2 − 2 cos(kπ / (n + 1)).
  const size = 6;
  const stencil = Float64Array.from({ length: size * size }, (_, i) => {
    const apart = Math.abs(Math.floor(i / size) - (i % size));
    return apart === 0 ? 2 : apart === 1 ? -1 : 0;
  });
  const found = symmetricEigen(stencil, size).values;
  for (let k = 1; k <= size; k++) near(found[size - k]!, 2 - 2 * Math.cos((k * Math.PI) / (size + 1)));
});

test('symmetricEigen() gives orthonormal vectors that make the matrix up again, and leaves it unchanged', () => {
  const random = seedRandom(1);
  const size = 30;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = nextNormal(random);
  }
  const copy = matrix.slice();
  const { values, vectors } = symmetricEigen(matrix, size);
  assert.deepEqual(matrix, copy);
  assert.deepEqual(values, values.toSorted().toReversed());
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let [dot, sum] = [0, 0];
      for (let k = 0; k < size; k++) {
        dot += vectors[i * size + k]! * vectors[j * size + k]!;
        sum += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
      }
      near(dot, i === j ? 1 : 0);
      near(sum, matrix[i * size + j]!);
    }
  }
});

test('symmetricEigen() takes a zero matrix and one of a single entry', () => {
  assert.deepEqual(symmetricEigen(new Float64Array(4), 2).values, new Float64Array(2));
  assert.deepEqual(symmetricEigen(Float64Array.of(-7), 1), {
    values: Float64Array.of(-7),
    vectors: Float64Array.of(1),
  });
});
