import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { ANSWER_MS, patienceWith, ProberDoor } from './prober-door.ts';
import { barePlatform, startTestServer } from './testing.ts';
import { TokenBucket } from './token-bucket.ts';

const OPTIONS = { protocolVersion: 5 } as const;

test('ProberDoor waits until it is let in, and publishes as its device within its rate or as fast as it can', async (t) => {
  let refusals = 2;
  let published = 0;
  const { url, identity } = await startTestServer(t, 'mqtts', (socket: TLSSocket) => {
    const packets = parser(OPTIONS);
    const send = (packet: Packet): void => void socket.write(generate(packet, OPTIONS));
    packets.on('packet', (packet: Packet) => {
      // A gateway that does not know the certificate yet.
      if (packet.cmd === 'connect')
        send({ cmd: 'connack', sessionPresent: false, reasonCode: refusals-- > 0 ? 0x87 : 0 });
      if (packet.cmd === 'publish') send({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: 0 });
      if (packet.cmd === 'publish') published += 1;
    });
    socket.on('data', (chunk: Buffer) => packets.parse(chunk));
  });
  const bare = barePlatform();
  const template = makeTemplate('');
  let now = 0;
  const bucket = new TokenBucket(1_000, 3, () => (now += 1));
  const door = await ProberDoor.open(
    {
      identity,
      clock: systemClock,
      random: systemRandom,
      template: () => template,
      address: () => ({ ...bare.address(), mqtt: url.href }),
      ownConnection: async () => true,
    },
    bucket,
  );
  assert.ok(refusals < 0);
  const payloads = ['1', '2', '3', '4', '5', '6', '7'];
  for (const sent of [
    await door.publish('streams/a', payloads),
    await door.publish('streams/a', payloads, 'flood'),
    await door.publishAtOnce('streams/a', payloads),
  ]) {
    assert.deepEqual(
      sent.map(({ code }) => code),
      payloads.map(() => 0),
    );
  }
  assert.equal(published, 21);
  assert.equal(door.place('mqtt').credential, door.device);
  // Nobody listens at the API.
  await assert.rejects(door.call('GET', '/v1/status', null, 'nobody'));
});

test('patienceWith() is longer with what gives way to everybody', () => {
  assert.ok(patienceWith('POST', '/v1/datasets') > ANSWER_MS);
  assert.deepEqual([patienceWith('GET', '/v1/datasets'), patienceWith('POST', '/v1/query')], [ANSWER_MS, ANSWER_MS]);
});
