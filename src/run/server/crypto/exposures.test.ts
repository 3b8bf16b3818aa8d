import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TLS_GROUPS, tlsOffer } from '#base/crypto/index.ts';
import type { InventoryCertificate, InventoryKey } from './crypto-inventory.ts';
import { exposuresOf } from './exposures.ts';
import type { ExposureSources } from './exposures.ts';

const BEGAN = '2026-01-01T00:00:00Z';
const NOTHING: ExposureSources = {
  began: BEGAN,
  offeredGroups: [],
  sessions: [],
  keys: [],
  certificates: [],
  tokens: [],
};

function certificate(over: Partial<InventoryCertificate>): InventoryCertificate {
  return {
    holder: 'device',
    name: 'a',
    serial: '01',
    fingerprint: 'ab',
    issuer: 1,
    created: BEGAN,
    expires: BEGAN,
    signature: 'ecdsa-p256',
    key: null,
    ...over,
  };
}

test('a classical group that is offered can be recorded since the start; hybrid alone leaves nothing', () => {
  const sessions = [
    { version: 'TLSv1.3', suite: 's', group: 'X25519MLKEM768', quantumSafe: true, open: 3 },
    { version: 'TLSv1.3', suite: 's', group: 'x25519', quantumSafe: false, open: 1 },
  ];
  const found = exposuresOf({ ...NOTHING, offeredGroups: TLS_GROUPS, sessions });
  assert.deepEqual(
    found.map(({ algorithm, harm, since, count }) => [algorithm, harm, since, count]),
    [
      ['x25519', 'recorded', BEGAN, 1],
      ['ecdh-p256', 'recorded', BEGAN, 0],
      ['ecdh-p384', 'recorded', BEGAN, 0],
    ],
  );
  assert.match(found[0]?.what ?? '', /1 of 4 connections/);
  const { groups } = tlsOffer({ minimum: '1.3', hybrid: 'require' });
  assert.deepEqual(exposuresOf({ ...NOTHING, offeredGroups: groups, sessions }), []);
});

test('certificates are exposed since the first of them, by who signed and by their own key', () => {
  const certificates = [
    certificate({ created: '2026-03-01T00:00:00Z' }),
    certificate({ created: '2026-02-01T00:00:00Z', key: 'ecdsa-p256' }),
    certificate({ signature: 'ml-dsa-65', created: BEGAN, key: 'ecdsa-p256' }),
    certificate({ holder: 'issuing', signature: 'ml-dsa-65', key: 'ml-dsa-65' }),
  ];
  const found = exposuresOf({ ...NOTHING, certificates });
  assert.deepEqual(
    found.map(({ what, since, count, disallowedAfter }) => [what, since, count, disallowedAfter]),
    [
      ['signature over certificates of devices', '2026-02-01T00:00:00Z', 2, 2035],
      ['key of certificates of devices', BEGAN, 2, 2035],
    ],
  );
});

test('a signing key that has a lasting one beside it is covered; alone it is not', () => {
  const key = (algorithm: 'ed25519' | 'ml-dsa-65'): InventoryKey => ({
    kind: 'the audit log',
    name: 'k',
    version: 1,
    state: 'active',
    algorithm,
    created: BEGAN,
  });
  assert.equal(exposuresOf({ ...NOTHING, keys: [key('ed25519')] })[0]?.covered, null);
  const both = exposuresOf({ ...NOTHING, keys: [key('ed25519'), key('ml-dsa-65')] });
  assert.deepEqual(
    both.map(({ algorithm, covered }) => [algorithm, covered]),
    [['ed25519', 'ML-DSA-65 signs the same beside it']],
  );
});

test('tokens of identity providers count once for each algorithm that can be forged', () => {
  const found = exposuresOf({ ...NOTHING, tokens: ['rsa-pkcs1', 'rsa-pkcs1', 'ml-dsa-65'] });
  assert.deepEqual(
    found.map(({ algorithm, deprecatedAfter }) => [algorithm, deprecatedAfter]),
    [['rsa-pkcs1', 2030]],
  );
});
