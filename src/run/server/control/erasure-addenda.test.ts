import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, encodeUtf8, formatMicros, micros, seconds } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { Erasures, STORE_SCHEMA } from '#flow/store/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import type { BackupTarget } from '../backup/backup-targets.ts';
import { ADDENDUM_TYPE, ErasureAddenda } from './erasure-addenda.ts';

const last = (at: number): BackupTarget['last'] => ({ snapshot: 's', at: formatMicros(micros(at)), segments: 1, bytes: 1, logSize: 1 }); // prettier-ignore

test('an addendum is signed once for each certificate whose backups confirm later, and for nothing else', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys, audit } = await openKeys(t, clock);
  await catalogue.migrate(STORE_SCHEMA);
  const erasures = new Erasures(await keys.rowSealer('catalogue'));
  const signed: { type: string; statement: Record<string, Json> }[] = [];
  const targets = new Map<string, BackupTarget['last']>();
  const addenda = new ErasureAddenda({
    catalogue,
    erasures,
    targets: async () => [...targets].map(([id, newest]) => ({ id, last: newest })),
    audit,
    clock,
    random: seededRandom(1),
    sign: async (type, statement) => (signed.push({ type, statement: statement as Record<string, Json> }), 'added'),
  });
  const at = clock.now();
  const certificates = [
    { id: 'k1', text: 'one', at, digest: 'd1', unconfirmed: ['t1', 't2'] },
    { id: 'k2', text: 'two', at, digest: 'd2', unconfirmed: ['t1'] },
    { id: 'k3', text: 'three', at, digest: 'd3', unconfirmed: [] },
  ];
  for (const certificate of certificates) await catalogue.transaction((tx) => erasures.certify(tx, [], certificate));
  const added = async (id: string) => (await catalogue.transaction((tx) => erasures.addenda(tx, id))).length;

  // One is away, of the other what it holds is from before.
  targets.set('t1', last(at - 1));
  await addenda.tend();
  assert.deepEqual(signed, []);

  clock.advance(seconds(5));
  targets.set('t1', last(at + 1));
  await Promise.all([addenda.tend(), addenda.tend()]);
  assert.deepEqual(
    signed.map(({ type, statement }) => [type, statement['amends'], statement['copies']]),
    ['k1', 'k2'].map((certificate, i) => [
      ADDENDUM_TYPE,
      { certificate, digest: `d${i + 1}` },
      [{ target: 't1', confirmed: true, at: formatMicros(micros(at + 1)) }],
    ]),
  );
  const entries = audit.events.filter(({ action }) => action === 'amend-certificate');
  assert.deepEqual(
    entries.map(({ resource, digest }) => [resource, digest]),
    signed.map(({ statement }) => [
      `certificate:${String(statement['id'])}`,
      sha256Hex(encodeUtf8(canonicalJson(statement))),
    ]),
  );

  targets.set('t2', last(at + 2));
  await addenda.tend();
  await addenda.tend();
  assert.deepEqual(await Promise.all(['k1', 'k2', 'k3'].map(added)), [2, 1, 0]);
  assert.deepEqual(await catalogue.transaction((tx) => erasures.unconfirmed(tx)), []);
});
