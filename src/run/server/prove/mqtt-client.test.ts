import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { dial } from './dial-own.ts';
import { MqttClient } from './mqtt-client.ts';
import { startTestServer } from './testing.ts';

const OPTIONS = { protocolVersion: 5 } as const;
const LONG_MS = 60_000;

/** A server that answers each packet as told. */
async function openTo(t: TestContext, answer: (packet: Packet, socket: TLSSocket) => void) {
  const { url, authority, credential } = await startTestServer(t, 'mqtts', (socket) => {
    const packets = parser(OPTIONS);
    packets.on('packet', (packet: Packet) => answer(packet, socket));
    socket.on('data', (chunk: Buffer) => packets.parse(chunk));
  });
  return MqttClient.open({ url, authority, credential, clientId: 'c', timeoutMs: LONG_MS, dial });
}

const send = (socket: TLSSocket, packet: Packet): void => void socket.write(generate(packet, OPTIONS));
const connack = (socket: TLSSocket, receiveMaximum = 3): void =>
  send(socket, { cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: { receiveMaximum } });

test('publish() gives each answer to its payload, in order, and keeps within the window', async (t) => {
  let open = 0;
  let most = 0;
  const answer = await openTo(t, (packet, socket) => {
    if (packet.cmd === 'connect') return connack(socket);
    if (packet.cmd !== 'publish') return;
    most = Math.max(most, ++open);
    const { messageId = 0, payload } = packet;
    const n = Number(String(payload));
    // Answers come late and not in order of the packets.
    setTimeout(
      () => {
        open--;
        const reasonCode = n % 2 === 0 ? 0 : 0x97;
        send(socket, { cmd: 'puback', messageId, reasonCode, properties: { reasonString: `n${n}` } });
      },
      n % 3 === 0 ? 4 : 1,
    );
  });
  assert.ok(answer.admitted);
  using client = answer.client;
  assert.equal(client.protocol, 'TLSv1.3');
  const outcomes = await client.publish(
    'streams/a',
    Array.from({ length: 20 }, (_, n) => String(n)),
    LONG_MS,
  );
  assert.deepEqual(
    outcomes,
    Array.from({ length: 20 }, (_, n) => ({ code: n % 2 === 0 ? 0 : 0x97, text: `n${n}` })),
  );
  assert.equal(most, 3);
});

test('open() tells how it was not let in', async (t) => {
  const refused = await openTo(t, (_packet, socket) =>
    send(socket, { cmd: 'connack', sessionPresent: false, reasonCode: 0x87 }),
  );
  assert.deepEqual(refused, { admitted: false, protocol: 'TLSv1.3', reason: 'connack 0x87' });
  const closed = await openTo(t, (_packet, socket) => socket.destroy());
  assert.equal(closed.admitted, false);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const silent = await openTo(t, () => t.mock.timers.tick(LONG_MS));
  assert.deepEqual(silent, { admitted: false, protocol: 'TLSv1.3', reason: 'no answer' });
});

test('open() trusts no server of another authority, and none that is not there', async (t) => {
  const here = await startTestServer(t, 'mqtts', () => {});
  const other = await startTestServer(t, 'mqtts', () => {});
  const place = { url: here.url, credential: null, clientId: 'c', timeoutMs: LONG_MS, dial };
  const stranger = await MqttClient.open({ ...place, authority: other.authority });
  assert.ok(!stranger.admitted && /CERT|SIGNATURE|UNABLE/.test(stranger.reason), JSON.stringify(stranger));
  const absent = await MqttClient.open({ ...place, url: new URL('mqtts://localhost:1'), authority: here.authority });
  assert.ok(!absent.admitted && absent.protocol === null);
});

test('publish() gives an outcome for each payload where the connection breaks or falls silent', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const [name, misbehave, expected] of [
    [
      'disconnect',
      (socket: TLSSocket) => send(socket, { cmd: 'disconnect', reasonCode: 0x93 }),
      { code: 0x93, text: 'disconnected' },
    ],
    ['close', (socket: TLSSocket) => socket.destroy(), { code: 0x100, text: 'connection closed' }],
    ['silence', () => t.mock.timers.tick(LONG_MS), { code: 0x100, text: 'no answer' }],
  ] as const) {
    const answer = await openTo(t, (packet, socket) => {
      if (packet.cmd === 'connect') connack(socket);
      else if (packet.cmd === 'publish') misbehave(socket);
    });
    assert.ok(answer.admitted, name);
    using client = answer.client;
    const outcomes = await client.publish('streams/a', ['1', '2', '3', '4', '5'], LONG_MS);
    assert.equal(outcomes.length, 5, name);
    assert.deepEqual(outcomes[0], expected, name);
  }
});
