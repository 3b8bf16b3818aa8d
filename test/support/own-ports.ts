import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what systems give to outgoing connections (32768 on Linux, 49152 by RFC 6335), above what services use. */
const FIRST = 12_000;
const PORTS = 20_000;

/**
 * Ports of 127.0.0.1 for one that stops and starts again on the same ones. Those that the system assigns go to any
 * connection of any test while nobody listens on them; these no other test takes until they are released.
 */
export class OwnPorts implements AsyncDisposable {
  readonly ports: readonly number[];
  readonly #claims: readonly Socket[];

  private constructor(claims: ReadonlyMap<number, Socket>) {
    this.ports = [...claims.keys()];
    this.#claims = [...claims.values()];
  }

  static async claim(count: number): Promise<OwnPorts> {
    const claims = new Map<number, Socket>();
    // Processes begin at different places, so that they seldom ask for the same.
    for (let i = 0; claims.size < count && i < PORTS; i++) {
      const port = FIRST + ((process.pid * 97 + i) % PORTS);
      const claim = await claimOf(port);
      if (claim === null) continue;
      if (await isFree(port)) claims.set(port, claim);
      else claim.close();
    }
    if (claims.size < count) throw new Error(`${count} ports are wanted, and ${claims.size} are free`);
    return new OwnPorts(claims);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const claim of this.#claims) claim.close();
  }
}

/** Who holds the UDP port of the same number has the TCP port: the system gives it to one, and takes it from who ends. */
async function claimOf(port: number): Promise<Socket | null> {
  const claim = createSocket('udp4').unref();
  try {
    claim.bind({ address: '127.0.0.1', port, exclusive: true });
    await once(claim, 'listening');
    return claim;
  } catch {
    claim.close();
    return null;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
