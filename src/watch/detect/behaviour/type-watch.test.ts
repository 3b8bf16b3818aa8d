import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { TypeProfiles } from './type-profiles.ts';
import { FOREIGN_ROWS, TypeWatch } from './type-watch.ts';

const random = seedRandom(3);
const row = (level: number): Float64Array => Float64Array.of(level + nextNormal(random));

test('TypeWatch tells of rows that look like another type, once, and learns none of them', () => {
  const types = new TypeProfiles(1);
  const watch = new TypeWatch();
  assert.equal(watch.take(row(80), { peers: null, type: 'fridge', types }), null);
  for (let i = 0; i < 100; i++) {
    for (const [type, level] of [
      ['fridge', 4],
      ['pump', 80],
    ] as const)
      assert.equal(new TypeWatch().take(row(level), { peers: null, type, types }), null);
  }
  const known = types.windows;
  const found = Array.from({ length: 8 }, () => watch.take(row(80), { peers: null, type: 'fridge', types }));
  assert.deepEqual(
    found.flatMap((strange, i) => (strange === null ? [] : [[i, strange]])),
    [[FOREIGN_ROWS - 1, { unlike: 'type', like: 'pump' }]],
  );
  assert.deepEqual([types.windows, watch.score.asType], [known, 0]);
  watch.take(row(4), { peers: null, type: 'fridge', types });
  assert.ok((watch.score.asType ?? 0) > 0);
});

test('TypeWatch says nothing of a device whose type is not known', () => {
  const watch = new TypeWatch();
  assert.equal(watch.take(row(4), { peers: null }), null);
  assert.deepEqual(watch.score, { asItself: null, asPeers: null, asType: null });
});
