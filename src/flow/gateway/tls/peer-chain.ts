import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

const LONGEST = 8;

/**
 * The certificates that a peer showed, its own first, as DER; untrusted. A resumed session has its own alone: TLS keeps
 * no more in a ticket.
 */
export function peerChain(socket: Pick<TLSSocket, 'getPeerX509Certificate'>): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < LONGEST) {
    chain.push(next.raw);
    // A certificate that signed itself is its own issuer.
    next = next.issuerCertificate;
    if (next !== undefined && chain.some((der) => Buffer.from(der).equals(next!.raw))) break;
  }
  return chain;
}
