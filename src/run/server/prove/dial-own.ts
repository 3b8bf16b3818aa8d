import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionEnds } from '#flow/gateway/index.ts';

/**
 * Opens a TCP connection, over which nothing was said yet. Rejects with the socket's error.
 *
 * @param localAddress address of this machine to connect from
 */
export type Dial = (url: URL, localAddress?: string) => Promise<Socket>;

/** A worker takes a connection from the system's queue within this, unless it turns it away. */
const TAKEN_WITHIN_MS = 2_000;
const ASK_EVERY_MS = 5;

/**
 * Opens connections that the gateway knows as the platform's own before a byte was said over them. So what the platform
 * tries is told apart from what a stranger does on the same machine at the same time, and no stranger can make it: the
 * mark is on one open connection, and only control sets it (decision 80).
 *
 * @param own tells the gateway; false while none of its workers has taken the connection, and the first time that one
 *   has. In between is looked whether this end is open still: else somebody else may have the connection of these ports
 */
export function dialOwn(own: (ends: ConnectionEnds) => Promise<boolean>): Dial {
  return async (url, localAddress) => {
    const socket = await dial(url, localAddress);
    const { localAddress: from, localPort, remoteAddress: to, remotePort } = socket;
    if (from === undefined || localPort === undefined || to === undefined || remotePort === undefined) return socket;
    const ends = { client: { address: from, port: localPort }, server: { address: to, port: remotePort } };
    const deadline = performance.now() + TAKEN_WITHIN_MS;
    // One that is not marked in the end counts as a stranger's, which is seen; the other way round it would not be.
    while (!socket.destroyed && performance.now() < deadline && !(await own(ends).catch(() => false))) {
      await sleep(ASK_EVERY_MS);
    }
    return socket;
  };
}

/** Opens connections as anybody does. */
export const dial: Dial = async (url, localAddress) => {
  const socket = connect({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port),
    noDelay: true,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  await once(socket, 'connect');
  // Whoever speaks TLS over it hears its errors; between here and there nobody does.
  return socket.on('error', () => {});
};
