import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  algorithmOf,
  CERTIFICATE_ALGORITHMS,
  CHECKPOINT_ALGORITHMS,
  findAlgorithm,
  isQuantumSafe,
  listAlgorithms,
} from './algorithms.ts';

test('every algorithm has a name, a standard, a use, and years that fit what a quantum computer leaves of it', () => {
  for (const { id, ...entry } of listAlgorithms()) {
    assert.ok(entry.name !== '' && entry.standard !== '' && entry.uses !== '' && entry.functions.length > 0, id);
    assert.ok(entry.quantumBits <= entry.classicalBits, id);
    const isBroken = entry.quantumBits === 0;
    assert.equal(isBroken, ['signature', 'key-agree'].includes(entry.primitive) && entry.quantumLevel === 0, id);
    if (isBroken) assert.equal(entry.disallowedAfter, 2035, `${id}: NIST IR 8547 tables 2 and 4`);
    // What has less than 128 bits goes five years sooner.
    if (isBroken) assert.equal(entry.deprecatedAfter, entry.classicalBits < 128 ? 2030 : null, id);
    if (entry.oid !== null) assert.match(entry.oid, /^[0-2](?:\.[0-9]+)+$/, id);
    assert.equal(findAlgorithm(id), id);
    assert.equal(findAlgorithm(entry.name), id);
  }
});

test('names lead to one algorithm each', () => {
  const seen = new Map<string, string>();
  for (const { id, name, names, oid } of listAlgorithms()) {
    for (const one of new Set([id, name.toLowerCase(), ...names.map((each) => each.toLowerCase()), oid ?? id])) {
      assert.equal(seen.get(one) ?? id, id, one);
      seen.set(one, id);
    }
  }
  for (const id of [...CERTIFICATE_ALGORITHMS, ...CHECKPOINT_ALGORITHMS]) {
    const entry = listAlgorithms().find((one) => one.id === id);
    assert.ok(entry?.signature !== undefined, id);
  }
});

test('findAlgorithm() knows names of protocols, the library and object identifiers, and no others', () => {
  const cases = [
    ['ES256', 'ecdsa-p256'],
    ['prime256v1', 'ecdsa-p256'],
    ['EdDSA', 'ed25519'],
    ['sha256', 'sha-256'],
    ['2.16.840.1.101.3.4.3.18', 'ml-dsa-65'],
    ['AES_GCM_V1', 'aes-256-gcm'],
    ['none', null],
    ['', null],
    ['HS256', null],
  ] as const;
  for (const [name, id] of cases) assert.equal(findAlgorithm(name), id, name);
});

test('isQuantumSafe() is about what a quantum computer leaves', () => {
  assert.deepEqual(
    (['ml-dsa-65', 'ed25519', 'aes-256-gcm', 'sha-1'] as const).map((id) => isQuantumSafe(id)),
    [true, false, true, false],
  );
  assert.equal(algorithmOf('ml-kem-768').quantumLevel, 3);
});
