import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { rowsOf } from '../rows.ts';
import { clusterFields } from './field-clusters.ts';

/** Fields of which each follows the source that is named for it, up to noise. */
function following(sources: readonly number[], count = 300) {
  const random = seedRandom(1);
  const values = new Float64Array(count * sources.length);
  for (let row = 0; row < count; row++) {
    const drawn = Array.from({ length: 10 }, () => nextNormal(random));
    for (const [i, source] of sources.entries()) {
      values[row * sources.length + i] = (i % 2 === 0 ? 3 : -3) * drawn[source]! + 0.2 * nextNormal(random);
    }
  }
  return rowsOf(values, sources.length);
}

test('clusterFields() finds fields that go together or against each other', () => {
  const sources = [0, 1, 0, 2, 1, 0, 2, 2, 1];
  const clusters = clusterFields(following(sources), 3);
  for (const [i, a] of sources.entries()) {
    for (const [j, b] of sources.entries()) assert.equal(clusters[i] === clusters[j], a === b, `fields ${i} and ${j}`);
  }
});

test('clusterFields() makes no cluster larger than allowed, and few small ones', () => {
  for (const [sources, most] of [
    [Array.from({ length: 23 }, () => 0), 5],
    [Array.from({ length: 10 }, (_, i) => i), 4],
    [[0], 10],
    [[0, 1, 2], 1],
  ] as const) {
    const clusters = clusterFields(following(sources), most);
    const sizes = new Map<number, number>();
    for (const cluster of clusters) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
    assert.ok(Math.max(...sizes.values()) <= most);
    assert.ok(sizes.size <= 2 * Math.ceil(sources.length / most));
    assert.deepEqual(new Set(sizes.keys()), new Set(Array.from({ length: sizes.size }, (_, i) => i)));
  }
});

test('clusterFields() takes constant fields', () => {
  assert.equal(clusterFields(rowsOf(new Float64Array(20).fill(3), 4), 4).length, 4);
});
