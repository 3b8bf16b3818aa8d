import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeCertificate } from '#trust/identity/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import type { Credential } from './credential.ts';
import type { MqttAnswer, MqttClient } from './mqtt-client.ts';
import { dial } from './dial-own.ts';
import { revokeOwn } from './revoke-own.ts';

const NOWHERE = {
  pid: 1,
  mqtt: 'mqtts://localhost:9',
  https: 'https://localhost:9',
  api: 'https://localhost:9',
  ports: { mqtt: 9, https: 9, api: 9 },
  demo: true,
};

test('revokeOwn() says what became of the session, of the next one, and of the others', async (t) => {
  const { identity } = await openTrust(t);
  const revoked = new Set<string>();
  const ends: (() => void)[] = [];
  identity.revocations.onRevoked((serials) => {
    for (const serial of serials) revoked.add(serial);
    for (const end of ends) end();
  });
  const { key, certificate } = await identity.inventory.renew('_probe', 60_000 as never, 'test');
  let holds = true;
  const open = async (credential: Credential): Promise<MqttAnswer> => {
    const { serial } = describeCertificate(credential.certificate);
    if (holds && revoked.has(serial)) return { admitted: false, protocol: null, reason: 'connack 0x87' };
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(() => void (holds && revoked.has(serial) && resolve()));
    const client = { ended: promise, isEnded: false, [Symbol.dispose]: () => {} };
    return { admitted: true, client: client as unknown as MqttClient };
  };
  const parts = {
    identity,
    address: () => NOWHERE,
    open,
    other: { key, certificate },
    logged: async () => true,
    timeoutMs: 50,
    dial,
  };
  const sound = await revokeOwn(parts);
  assert.deepEqual(
    [sound.admittedBefore, sound.endedAfterMs !== null, sound.admittedAfter, sound.otherStays, sound.ocsp],
    [true, true, false, true, 'revoked'],
  );
  // Nothing listens there.
  assert.deepEqual([sound.requestAfter, sound.inWholeList, sound.inDelta], [0, false, false]);
  holds = false;
  const broken = await revokeOwn(parts);
  assert.deepEqual([broken.endedAfterMs, broken.admittedAfter], [null, true]);
});
