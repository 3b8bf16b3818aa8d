import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import type { IPublishPacket, Packet } from 'mqtt-packet';
import { openTrust } from './open-trust.ts';
import type { Cleanable } from './tmp.ts';

/** What the endpoint does with a message: acknowledges it with a code and reason string, or cuts the connection. */
export type Verdict = { readonly code: number; readonly text?: string } | 'cut';

/** Something that takes MQTT 5 over mutual TLS as a platform does, and says what a test wants to hear. */
export interface MqttEndpoint {
  readonly port: number;
  /** A device's credential that it accepts. */
  readonly credential: {
    readonly name: string;
    readonly key: string;
    readonly certificate: string;
    readonly authority: string;
  };
  /** Messages in the order in which they came, those that were cut off included. */
  readonly messages: readonly { readonly topic: string; readonly payload: string }[];
  /** How often somebody connected. */
  readonly connections: () => number;
}

/**
 * Starts one; it goes with the test.
 *
 * @param judge decides on each message, by what it holds and how many came before it
 * @param connackCode reason code of every CONNACK, at 0 connections are taken
 */
export async function startMqttEndpoint(
  t: Cleanable,
  judge: (payload: string, index: number) => Verdict = () => ({ code: 0 }),
  connackCode = 0,
): Promise<MqttEndpoint> {
  const { identity } = await openTrust(t);
  const { key, certificate } = await identity.serverCertificate([]);
  const authority = identity.certificates.root;
  const device = await identity.inventory.enrol({ name: 'device-1', type: 'reefer' }, 'weir:test');
  const messages: { topic: string; payload: string }[] = [];
  const sockets = new Set<TLSSocket>();
  let connections = 0;
  const server = createServer(
    { key, cert: certificate, ca: [authority, identity.certificates.issuing.at(-1) ?? authority], requestCert: true },
    (socket) => {
      sockets.add(socket);
      connections += 1;
      socket.on('error', () => {});
      const packets = parser({ protocolVersion: 5 });
      const send = (packet: Packet): void => void socket.write(generate(packet, { protocolVersion: 5 }));
      packets.on('packet', (packet: Packet) => {
        if (packet.cmd === 'connect') send({ cmd: 'connack', sessionPresent: false, reasonCode: connackCode });
        if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
        if (packet.cmd === 'publish') answer(packet, socket, send);
      });
      socket.on('data', (data: Buffer) => packets.parse(data));
    },
  );
  const answer = (packet: IPublishPacket, socket: TLSSocket, send: (packet: Packet) => void): void => {
    if (socket.destroyed) return;
    const payload = packet.payload.toString('utf8');
    const verdict = judge(payload, messages.length);
    messages.push({ topic: packet.topic, payload });
    if (verdict === 'cut') return void socket.destroy();
    const { code, text } = verdict;
    const properties = text === undefined ? {} : { properties: { reasonString: text } };
    send({ cmd: 'puback', messageId: packet.messageId ?? 0, reasonCode: code, ...properties });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const credential = { name: 'device-1', key: device.key, certificate: device.certificate, authority };
  return { port, credential, messages, connections: () => connections };
}
