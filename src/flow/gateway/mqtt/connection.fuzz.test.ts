import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { connectPacket, startMqtt } from './testing.ts';
import type { MqttBench } from './testing.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Whatever came: no handler failed, what was said is a packet that a server may say, and nothing is left behind. */
async function survives(mqtt: MqttBench, version: 4 | 5, chunks: readonly Uint8Array[]): Promise<void> {
  const client = mqtt.open();
  client.send(connectPacket({ protocolVersion: version, clean: true }));
  await client.next('connack');
  for (const chunk of chunks) {
    if (client.closed) break;
    client.socket.write(chunk);
    await turn();
  }
  for (let i = 0; i < 6; i++) await turn();
  assert.deepEqual(
    mqtt.reports.filter((report) => report.startsWith('{')),
    [],
  );
  const last = client.received.at(-1);
  if (client.closed && version === 5 && last !== undefined && last.cmd === 'disconnect') {
    assert.ok((last.reasonCode ?? 0) >= 0x81);
  }
  client.socket.destroy();
  for (let i = 0; i < 4; i++) await turn();
  assert.equal(mqtt.service.size, 0);
}

const SAMPLES: readonly Packet[] = [
  connectPacket({ will: { topic: 'a', payload: Buffer.from('b'), properties: { willDelayInterval: 1 } } }),
  { cmd: 'publish', topic: 'streams/climate', qos: 0, dup: false, retain: false, payload: '{}' },
  {
    cmd: 'publish',
    topic: 'streams/climate',
    qos: 2,
    dup: false,
    retain: false,
    messageId: 3,
    payload: '{}',
    properties: { topicAlias: 2, contentType: 'application/cbor', userProperties: { a: 'b' } },
  },
  { cmd: 'puback', messageId: 3, reasonCode: 0 },
  { cmd: 'pubrel', messageId: 3, reasonCode: 0 },
  { cmd: 'pubrec', messageId: 3, reasonCode: 0 },
  { cmd: 'pubcomp', messageId: 3, reasonCode: 0 },
  {
    cmd: 'subscribe',
    messageId: 4,
    subscriptions: [{ topic: 'commands/truck-7/#', qos: 1, nl: false, rap: true, rh: 1 }],
    properties: { subscriptionIdentifier: 300 },
  },
  { cmd: 'unsubscribe', messageId: 5, unsubscriptions: ['commands/truck-7/#'] },
  { cmd: 'pingreq' },
  { cmd: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 0, reasonString: 'x' } },
];

const version = fc.constantFrom<4 | 5>(4, 5);

test('random bytes never break a worker', async () => {
  const mqtt = startMqtt();
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(version, chunks, (v, bytes) => survives(mqtt, v, bytes)),
    { numRuns: 300, seed: 1 },
  );
});

test('packets that were changed, cut, repeated or joined never break a worker', async () => {
  const mqtt = startMqtt();
  const edit = fc.record({
    sample: fc.nat(SAMPLES.length - 1),
    flips: fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }),
    cut: fc.option(fc.nat(120)),
  });
  await fc.assert(
    fc.asyncProperty(version, fc.array(edit, { minLength: 1, maxLength: 5 }), fc.nat(60), async (v, edits, at) => {
      const packets = edits.map(({ sample, flips, cut }) => {
        const bytes = Buffer.from(generate(SAMPLES[sample]!, { protocolVersion: v }));
        for (const [place, bits] of flips) if (place < bytes.length) bytes[place]! ^= bits;
        return cut === null ? bytes : bytes.subarray(0, cut);
      });
      const all = Buffer.concat(packets);
      await survives(
        mqtt,
        v,
        [all.subarray(0, at), all.subarray(at)].filter(({ length }) => length > 0),
      );
    }),
    { numRuns: 600, seed: 1 },
  );
});

test('a CONNECT that was changed is answered or closed, never both wrong', async () => {
  const mqtt = startMqtt();
  const place = fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(version, fc.array(place, { minLength: 1, maxLength: 3 }), async (v, places) => {
      const bytes = Buffer.from(generate({ ...(SAMPLES[0] as Packet), protocolVersion: v } as Packet));
      for (const [at, value] of places) if (at < bytes.length) bytes[at] = value;
      const client = mqtt.open();
      client.socket.write(bytes);
      for (let i = 0; i < 6; i++) await turn();
      assert.deepEqual(
        mqtt.reports.filter((report) => report.startsWith('{')),
        [],
      );
      client.socket.destroy();
      for (let i = 0; i < 6; i++) await turn();
      assert.equal(mqtt.service.size, 0);
    }),
    { numRuns: 400, seed: 1 },
  );
});
