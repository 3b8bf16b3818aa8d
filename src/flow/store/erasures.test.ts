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
const CERTIFIED = { digest: 'd1', unconfirmed: ['t1', 't2'] };
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
  await within((tx) => erasures.certify(tx, open, { id: 'k', text: 'signed', at: micros(12), ...CERTIFIED }));
  assert.deepEqual(await within((tx) => erasures.open(tx)), []);
  assert.deepEqual(await within((tx) => erasures.certificates(tx, 5)), [{ id: 'k', at: 12, amends: null }]);
  assert.deepEqual(
    [await within((tx) => erasures.certificate(tx, 'k')), await within((tx) => erasures.certificate(tx, 'x'))],
    ['signed', null],
  );
  const waiting = { certificate: 'k', digest: 'd1', at: 12 };
  assert.deepEqual(await within((tx) => erasures.unconfirmed(tx)), [{ ...waiting, target: 't1' }, { ...waiting, target: 't2' }]); // prettier-ignore
  await within((tx) => erasures.amend(tx, 'k', ['t2'], { id: 'a', text: 'added', at: micros(13) }));
  assert.deepEqual(await within((tx) => erasures.unconfirmed(tx)), [{ ...waiting, target: 't1' }]);
  assert.deepEqual(await within((tx) => erasures.addenda(tx, 'k')), [{ id: 'a', at: 13, text: 'added' }]);
  assert.deepEqual(await within((tx) => erasures.addenda(tx, 'x')), []);
  assert.deepEqual(await within((tx) => erasures.certificates(tx, 5)), [
    { id: 'a', at: 13, amends: 'k' },
    { id: 'k', at: 12, amends: null },
  ]);
  assert.deepEqual(await within((tx) => erasures.certificates(tx, 1)), [{ id: 'a', at: 13, amends: 'k' }]);
  assert.equal(await within((tx) => erasures.certificate(tx, 'a')), 'added');
});
