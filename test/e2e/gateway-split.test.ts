import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { test } from 'node:test';
import { generate } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { startGateway } from './gateway-harness.ts';
import type { GatewayHarness } from './gateway-harness.ts';
import type { Credential } from './gateway-pki.ts';

/**
 * What a device says over MQTT means the same however TLS cuts it into records. Each piece is written by itself, so that
 * it is a record of its own, and a server reads it as one.
 */

type Version = 4 | 5;

interface Script {
  readonly name: string;
  readonly version: Version;
  /** Behind the CONNECT. */
  readonly bytes: Buffer;
  /** Packets that are answered, the CONNACK among them; then the gateway closes where it does. */
  readonly answers: number;
}

const TOPIC = 'streams/climate';
const READING = { topic: TOPIC, dup: false, retain: false, payload: '{"temperature": 1}' } as const;
const FILTER = { topic: 'commands/truck-7/#', qos: 1, nl: false, rap: false, rh: 2 } as const;

function connectOf(protocolVersion: Version): Buffer {
  const packet = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion,
    clean: true,
    clientId: 'c',
    keepalive: 60,
  } as const;
  return generate({ ...packet, username: 'u', password: Buffer.from('p') }, { protocolVersion });
}

function usual(version: Version): Script {
  const packets: readonly Packet[] = [
    { cmd: 'subscribe', messageId: 1, subscriptions: [FILTER] },
    { cmd: 'publish', ...READING, qos: 0 },
    { cmd: 'publish', ...READING, qos: 1, messageId: 2 },
    { cmd: 'publish', ...READING, qos: 2, messageId: 3 },
    { cmd: 'publish', ...READING, qos: 1, messageId: 4, payload: '{"temperature": 99}' },
    { cmd: 'publish', ...READING, qos: 1, messageId: 5, topic: 'elsewhere' },
    { cmd: 'pubrel', messageId: 77 },
    { cmd: 'pingreq' },
    { cmd: 'unsubscribe', messageId: 6, unsubscriptions: [FILTER.topic] },
  ];
  const bytes = Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: version })));
  return { name: `what is usual in MQTT ${version}`, version, bytes, answers: 9 };
}

/** What ends a connection, with a word in MQTT 5. */
const ENDINGS: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a length of five bytes', [0x30, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['a length that is longer than it need be', [0xc0, 0x80, 0x00]],
  ['a packet that is too large', [0x30, 0xff, 0xff, 0xff, 0x7f]],
  ['a second CONNECT', [...connectOf(5)]],
  ['flags of a SUBSCRIBE', [0x80, 8, 0, 1, 0, 0, 2, 97, 98, 0]],
  ['a PUBLISH with QoS 3', [0x36, 7, 0, 1, 97, 0, 1, 0, 123]],
  ['a topic longer than its packet', [0x30, 4, 0, 99, 97, 98]],
  ['a topic that is no UTF-8', [0x30, 5, 0, 2, 0xc3, 0x28, 0]],
  ['a topic with a wildcard', [0x30, 4, 0, 1, 0x23, 0]],
  ['properties longer than their packet', [0x30, 5, 0, 1, 97, 9, 1]],
  ['a property that comes twice', [0x30, 8, 0, 1, 97, 4, 1, 0, 1, 0]],
  ['a topic alias of zero', [0x30, 7, 0, 1, 97, 3, 0x23, 0, 0]],
  ['a packet id of zero', [0x32, 6, 0, 1, 97, 0, 0, 0]],
  ['a SUBSCRIBE without a filter', [0x82, 3, 0, 1, 0]],
  ['an AUTH', [0xf0, 2, 0x18, 0]],
];

async function say(
  { worker, authority }: GatewayHarness,
  credential: Credential,
  { answers }: Script,
  pieces: readonly Buffer[],
): Promise<string[]> {
  const socket = connect({
    port: worker.ports.mqtt,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: authority.pem,
    cert: readFileSync(credential.certificate),
    key: readFileSync(credential.key),
  });
  socket.setNoDelay(true);
  let heard = Buffer.alloc(0);
  const enough = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    if (packetsOf(heard).length >= answers) enough.resolve();
  });
  socket.on('close', () => enough.resolve());
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  // What is written while more waits would go out with it, in one record.
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  await enough.promise;
  socket.destroy();
  // Answers of one kind are in order; a PINGRESP does not wait for the disk.
  return packetsOf(heard).sort();
}

function packetsOf(bytes: Buffer): string[] {
  const packets: string[] = [];
  for (let at = 0; at + 1 < bytes.length;) {
    const low = bytes[at + 1]!;
    const [from, length] = low < 0x80 ? [at + 2, low] : [at + 3, (low & 0x7f) | ((bytes[at + 2] ?? 0) << 7)];
    if (from + length > bytes.length) break;
    packets.push(bytes.toString('hex', at, from + length));
    at = from + length;
  }
  return packets;
}

test('packets mean the same wherever TLS cuts them', async (t) => {
  const gateway = await startGateway(t, { limits: 'limits: {connections-per-device: 100}\n' });
  const truck = gateway.enrol('truck-7');
  const scripts: readonly Script[] = [
    usual(5),
    usual(4),
    ...ENDINGS.map(([name, bytes]) => ({ name, version: 5 as const, bytes: Buffer.from(bytes), answers: 2 })),
  ];
  for (const script of scripts) {
    const all = Buffer.concat([connectOf(script.version), script.bytes]);
    const whole = await say(gateway, truck, script, [all]);
    assert.equal(whole.length, script.answers, script.name);
    for (let cut = 1; cut < all.length; cut++) {
      const pieces = [all.subarray(0, cut), all.subarray(cut)];
      assert.deepEqual(await say(gateway, truck, script, pieces), whole, `${script.name}, cut at byte ${cut}`);
    }
    const single = Array.from(all, (_, at) => all.subarray(at, at + 1));
    assert.deepEqual(await say(gateway, truck, script, single), whole, `${script.name}, byte by byte`);
  }
  assert.deepEqual(gateway.logged, []);
});
