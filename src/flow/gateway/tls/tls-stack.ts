import type { TLSSocket } from 'node:tls';

/**
 * What the TLS stack at the other end is known by: version, cipher and the signature algorithms that it shares, in its
 * own order. Null for a resumed session, in which it does not say. The whole first message is not shown by Node.
 */
export function stackOf(
  socket: Pick<TLSSocket, 'getCipher' | 'getProtocol' | 'getSharedSigalgs' | 'isSessionReused'>,
): string | null {
  if (socket.isSessionReused()) return null;
  return `${socket.getProtocol()} ${socket.getCipher().name} ${socket.getSharedSigalgs().join(',')}`;
}
