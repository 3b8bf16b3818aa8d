import { once } from 'node:events';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';

/** What a handshaking process is told to do: handshakes one after the other, or idle MQTT connections to be held. */
export interface HandshakeOrder {
  readonly port: number;
  readonly authority: string;
  readonly credentials: readonly { readonly key: string; readonly certificate: string; readonly name: string }[];
  /** Key agreement groups in order of preference, as OpenSSL names them. */
  readonly groups: string;
  readonly atOnce: number;
  readonly seconds: number;
}

export type ToHandshaker =
  | { readonly kind: 'handshakes'; readonly order: HandshakeOrder }
  | { readonly kind: 'open'; readonly order: HandshakeOrder; readonly upTo: number };

export interface FromHandshaker {
  readonly count: number;
  readonly perSecond: number;
}

/**
 * Full handshakes with a client certificate and no resumption. Each counts once a session ticket has come: only then
 * the server has checked the client's part, in TLS 1.3.
 */
async function handshakes(order: HandshakeOrder): Promise<FromHandshaker> {
  const began = performance.now();
  const end = began + order.seconds * 1_000;
  let count = 0;
  const one = async (from: number): Promise<void> => {
    for (let i = from; performance.now() < end; i += order.atOnce) {
      const socket = dial(order, i);
      await Promise.race([once(socket, 'session'), failed(socket)]);
      socket.destroy();
      count++;
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, (_, i) => one(i)));
  return { count, perSecond: count / ((performance.now() - began) / 1_000) };
}

const held: TLSSocket[] = [];

/** Holds so many idle MQTT connections, opened a few at a time, or as many as the time allows. */
async function open(order: HandshakeOrder, upTo: number): Promise<FromHandshaker> {
  const began = performance.now();
  const end = began + order.seconds * 1_000;
  const before = held.length;
  let next = held.length;
  const one = async (): Promise<void> => {
    while (next < upTo && performance.now() < end) {
      const index = next++;
      const socket = dial(order, index);
      await Promise.race([once(socket, 'secureConnect'), failed(socket)]);
      socket.write(connectPacket(`idle-${index}`));
      const [connack] = (await Promise.race([once(socket, 'data'), failed(socket)])) as [Buffer];
      if (connack[0] !== 0x20 || connack[3] !== 0) throw new Error(`refused: ${connack.toString('hex')}`);
      held.push(socket);
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, one));
  return { count: held.length, perSecond: (held.length - before) / ((performance.now() - began) / 1_000) };
}

function dial({ port, authority, credentials, groups }: HandshakeOrder, index: number): TLSSocket {
  const credential = credentials[index % credentials.length];
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca: authority,
    servername: 'localhost',
    minVersion: 'TLSv1.3',
    ecdhCurve: groups,
    ...(credential === undefined ? {} : { key: credential.key, cert: credential.certificate }),
  });
  socket.setNoDelay(true);
  return socket;
}

/** Rejects where the connection fails or closes. */
async function failed(socket: TLSSocket): Promise<never> {
  await once(socket, 'close');
  throw new Error('the connection was closed');
}

/** MQTT 3.1.1, clean session, no keep-alive. */
function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const body = Buffer.concat([Buffer.from([0, 4, 77, 81, 84, 84, 4, 2, 0, 0, id.length >> 8, id.length & 255]), id]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

if (import.meta.main) {
  process.on('message', (message: ToHandshaker) => {
    const work = message.kind === 'open' ? open(message.order, message.upTo) : handshakes(message.order);
    work.then(
      (result) => process.send?.(result),
      (error: Error) => process.send?.({ error: error.message }),
    );
  });
}
