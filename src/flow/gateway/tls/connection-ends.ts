import type { Socket } from 'node:net';

/** The two ends of a TCP connection. */
export interface ConnectionEnds {
  readonly client: ConnectionEnd;
  readonly server: ConnectionEnd;
}

/** An address of the internet and a port. */
export interface ConnectionEnd {
  readonly address: string;
  readonly port: number;
}

/** Whether a socket on the server's side is the one between these ends. */
export function isBetween(socket: Socket, { client, server }: ConnectionEnds): boolean {
  return (
    socket.remotePort === client.port &&
    socket.localPort === server.port &&
    plain(socket.remoteAddress) === plain(client.address) &&
    plain(socket.localAddress) === plain(server.address)
  );
}

/** A listener for IPv6 sees an IPv4 address mapped into it. @see RFC 4291 section 2.5.5.2 */
function plain(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') === true ? address.slice('::ffff:'.length) : address;
}
