import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { makeRowSealer, openSqliteCatalogue } from '#base/storage/index.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { Erasures } from './erasures.ts';
import { STORE_SCHEMA } from './schema.ts';
import type { Segment } from './segment.ts';

const segment = { id: 's1', objectKey: 'segments/s1', digest: 'd', footerHandle: 'f', columns: [{ handle: 'c' }] };
const expired = { stream: 's', rows: 4, keptFrom: micros(9) };

test('Erasures notes what goes once, and until it is certified', async (t) => {
  const catalogue = await openSqliteCatalogue(':memory:');
  t.after(() => Promise.resolve(catalogue[Symbol.asyncDispose]()));
  await catalogue.migrate(STORE_SCHEMA);
  const key = AeadKey.fromBytes(new Uint8Array(32).fill(1));
  const erasures = new Erasures(makeRowSealer(new Map([[1, key]]), 1, seededRandom(1)));
  const within = <T>(work: (tx: Parameters<Parameters<typeof catalogue.transaction>[0]>[0]) => Promise<T>) =>
    catalogue.transaction(work);
  for (const at of [10, 11])
    await within((tx) => erasures.note(tx, segment as unknown as Segment, expired, micros(at)));
  const open = await within((tx) => erasures.open(tx));
  assert.deepEqual(open, [
    { segment: 's1', at: 10, ...expired, objectKey: 'segments/s1', digest: 'd', handles: ['f', 'c'] },
  ]);
  await within((tx) => erasures.certify(tx, open, { id: 'k', text: 'signed', at: micros(12) }));
  assert.deepEqual(await within((tx) => erasures.open(tx)), []);
  assert.deepEqual(await within((tx) => erasures.certificates(tx, 5)), [{ id: 'k', at: 12 }]);
  assert.deepEqual(
    [await within((tx) => erasures.certificate(tx, 'k')), await within((tx) => erasures.certificate(tx, 'x'))],
    ['signed', null],
  );
});
