import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAlgorithms } from '#base/crypto/index.ts';
import { describeCertificate } from '#trust/identity/index.ts';
import { began } from './read-crypto.ts';
import { readTestCrypto } from './testing.ts';

test('readCrypto() lists every algorithm, the keys that are not destroyed, and the certificates in use', async (t) => {
  const { inventory, identity } = await readTestCrypto(t);
  assert.deepEqual(
    inventory.algorithms.map(({ id }) => id),
    listAlgorithms().map(({ id }) => id),
  );
  assert.deepEqual(
    inventory.keys.map(({ kind, state, algorithm }) => [kind, state, algorithm]),
    [
      ['root', 'active', 'aes-256-gcm'],
      ['ticket', 'active', 'aes-128-cbc'],
      ['domain', 'retired', 'aes-256-gcm'],
      ['the audit log', 'active', 'ed25519'],
      ['the audit log', 'active', 'ml-dsa-65'],
      ['evidence', 'active', 'ed25519'],
    ],
  );
  const server = describeCertificate((await identity.serverCertificate([])).certificate);
  const shown = inventory.certificates.find(({ holder }) => holder === 'server');
  assert.deepEqual(
    [shown?.serial, shown?.fingerprint, shown?.signature, shown?.key],
    [server.serial, server.fingerprint, 'ecdsa-p256', 'ecdsa-p256'],
  );
  const holders = inventory.certificates.map(({ holder, name }) => `${holder} ${name}`);
  for (const wanted of ['root 1', 'issuing 1', 'device truck-1', 'client '])
    assert.ok(holders.includes(wanted), wanted);
  assert.equal(inventory.certificatesInUse, inventory.certificates.length);
  assert.ok(!JSON.stringify(inventory).includes('PRIVATE KEY'));
});

test('readCrypto() tells what connections agreed on, and what is offered by the template', async (t) => {
  const { inventory } = await readTestCrypto(t);
  assert.deepEqual(
    inventory.tls.sessions.map(({ group, quantumSafe, open }) => [group, quantumSafe, open]),
    [
      ['X25519MLKEM768', true, 2],
      ['x25519', false, 1],
    ],
  );
  assert.deepEqual(inventory.tls.versions, ['1.3']);
  const strict = await readTestCrypto(t, 'tls: { hybrid: require }\ndevices: { reefer: {} }');
  assert.deepEqual(strict.inventory.tls.groups, ['X25519MLKEM768']);
  assert.ok(!strict.inventory.exposures.some(({ harm }) => harm === 'recorded'));
});

test('readCrypto() names devices by the lifetime of their type', async (t) => {
  const { inventory } = await readTestCrypto(t);
  const { total, outlive2035, devices } = inventory.devices;
  assert.deepEqual([total, outlive2035, devices[0]?.name], [1, 1, 'truck-1']);
});

test('began() is the time of the first entry', async () => {
  assert.equal(await began({ entries: async () => [] }), null);
  const first = { index: 0, time: 1_767_225_600_000_000, event: {} } as never;
  assert.equal(await began({ entries: async () => [first] }), '2026-01-01T00:00:00Z');
});
