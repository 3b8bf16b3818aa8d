import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, encodeUtf8, micros } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { recordAudit } from '../../../../test/support/open-trust.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { certifyErasure, ERASURE_TYPE } from './certify-erasure.ts';

function world(found: number, discarded: readonly Json[] = []) {
  const did: string[] = [];
  const signed: { type: string; statement: Json }[] = [];
  const audit = recordAudit();
  const certify = () =>
    certifyErasure(
      {
        keys: { lifecycle: { shred: async (actor: string) => (did.push(`shred by ${actor}`), [3]) } as never },
        audit,
        clock: frozenClock(),
        random: seededRandom(1),
        sign: async (type, statement) => (did.push('sign'), signed.push({ type, statement }), 'signed'),
        discarded: async (since) => (did.push(`discarded since ${since}`), discarded),
        reachCopies: async () => (did.push('copies'), []),
      },
      {
        actor: 'weir:test',
        action: 'certify-trial',
        detail: { rows: 7 },
        because: 'a test asked for it',
        since: micros(5),
        about: { segments: [{ segment: 's1' }] },
        look: async () => (did.push('look'), [{ where: 'objects', found }]),
      },
    );
  return { did, signed, audit, certify };
}

test('certifyErasure() destroys keys, looks, reaches the backups, and logs the digest of what it signed', async () => {
  const { did, signed, audit, certify } = world(0);
  const { id, text } = await certify();
  assert.deepEqual(did, ['shred by weir:test', 'look', 'discarded since 5', 'copies', 'sign']);
  const [{ type, statement } = assert.fail('nothing was signed')] = signed;
  assert.deepEqual([type, text], [ERASURE_TYPE, 'signed']);
  assert.ok(!Object.hasOwn(statement as object, 'discarded'));
  assert.partialDeepStrictEqual(statement, {
    id,
    because: 'a test asked for it',
    segments: [{ segment: 's1' }],
    epochs_destroyed: [3],
    looked: [{ where: 'objects', found: 0 }],
  });
  assert.deepEqual(
    audit.events.map(({ action, resource, digest, detail }) => [action, resource, digest, detail]),
    [['certify-trial', `certificate:${id}`, sha256Hex(encodeUtf8(canonicalJson(statement))), { rows: 7 }]],
  );
});

test('certifyErasure() signs nothing while something is left', async () => {
  const { did, audit, certify } = world(1);
  await assert.rejects(certify(), { code: 'SERVER_ERASURE_INCOMPLETE' });
  assert.ok(!did.includes('sign') && !did.includes('copies') && audit.events.length === 0);
});

test('certifyErasure() says what was discarded unread', async () => {
  const unread = { file: 'f1', at: '2026-01-01T00:00:00Z', reason: 'JOURNAL_KEY_UNKNOWN', bytes: 9, begun: null };
  const { signed, certify } = world(0, [unread]);
  await certify();
  assert.partialDeepStrictEqual(signed[0]?.statement, { discarded: [unread] });
});
