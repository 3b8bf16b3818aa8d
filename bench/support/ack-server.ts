import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';

/** What a server that only acknowledges is told: files of its certificate and key, whom it lets in, and where it listens. */
export interface AckServerOrder {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  readonly port: number;
}

const PUBLISH = 3;
const CONNACK = Buffer.from([0x20, 2, 0, 0]);

/**
 * Starts a server, in a process of its own, that ends the same TLS in the same runtime and acknowledges what is published
 * to it (MQTT 3.1.1, QoS 1), and does nothing else: readings are not looked at, checked, or written. What a load waits
 * for there is the load generator's, the runtime's and the machine's.
 */
export async function startAckServer(order: AckServerOrder): Promise<Disposable> {
  const child = fork(new URL(import.meta.url), { execArgv: [] });
  await once(child, 'message');
  child.send(order);
  await once(child, 'message');
  return { [Symbol.dispose]: () => void child.kill() };
}

function serve({ certificate, key, authority, port }: AckServerOrder): void {
  const server = createServer({
    cert: readFileSync(certificate),
    key: readFileSync(key),
    ca: readFileSync(authority),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  });
  server.on('secureConnection', answer);
  server.listen(port, '127.0.0.1', () => process.send?.('listens'));
}

function answer(socket: TLSSocket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const answers: Buffer[] = [];
    let at = 0;
    for (let packet = readPacket(data, at); packet !== null; packet = readPacket(data, at)) {
      const { body, end } = packet;
      if (data[at]! >> 4 !== PUBLISH) answers.push(CONNACK);
      else {
        const id = body + 2 + data.readUInt16BE(body);
        answers.push(Buffer.from([0x40, 2, data[id]!, data[id + 1]!]));
      }
      at = end;
    }
    rest = data.subarray(at);
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
}

/** Where the body of a packet begins and ends; null where not all of it is there. */
function readPacket(data: Buffer, at: number): { readonly body: number; readonly end: number } | null {
  let length = 0;
  for (let i = at + 1; i < data.length; i++) {
    const byte = data[i]!;
    length |= (byte & 127) << (7 * (i - at - 1));
    if (byte < 128) return i + 1 + length <= data.length ? { body: i + 1, end: i + 1 + length } : null;
  }
  return null;
}

if (import.meta.main) {
  process.once('message', serve);
  process.once('disconnect', () => process.exit(0));
  process.send?.('ready');
}
