import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { Holds, isHeldBy } from './holds.ts';
import type { Hold } from './holds.ts';
import { STORE_SCHEMA } from './schema.ts';
import type { Segment } from './segment.ts';

test('Holds keeps what is held and by whom, and releases once', async (t) => {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  await catalogue.migrate(STORE_SCHEMA);
  const key = AeadKey.fromBytes(new Uint8Array(32).fill(1));
  const holds = new Holds(makeRowSealer(new Map([[1, key]]), 1, seededRandom(1)));
  const hold = { id: 'h', stream: 's', from: 1, to: null, reason: 'case 12', owner: 'legal', created: 7 };
  await catalogue.transaction((tx) => holds.add(tx, hold));
  assert.equal(await catalogue.transaction((tx) => holds.release(tx, 'other', micros(8))), false);
  assert.equal(await catalogue.transaction((tx) => holds.release(tx, 'h', micros(8))), true);
  assert.equal(await catalogue.transaction((tx) => holds.release(tx, 'h', micros(9))), false);
  assert.deepEqual(await catalogue.transaction((tx) => holds.list(tx)), [{ ...hold, released: 8 }]);
});

test('isHeldBy() is about the stream and the times of the readings, both ends included', () => {
  const segment = { stream: 's', minTime: 10, maxTime: 20 } as unknown as Segment;
  const cases: readonly [Partial<Hold>, boolean][] = [
    [{}, true],
    [{ from: 20 }, true],
    [{ from: 21 }, false],
    [{ to: 10 }, true],
    [{ to: 9 }, false],
    [{ stream: 'other' }, false],
    [{ released: 5 }, false],
  ];
  for (const [more, held] of cases) {
    const hold = { stream: 's', from: null, to: null, released: null, ...more } as Hold;
    assert.equal(isHeldBy(segment, [hold]), held, JSON.stringify(more));
  }
});
