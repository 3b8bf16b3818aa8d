import type { TLSSocket } from 'node:tls';
import { encodeUtf8 } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { Transport } from '../connections/connection-summary.ts';
import { addressPrefix } from './address-prefix.ts';
import type { KeyAgreement } from './key-agreement.ts';
import { stackOf } from './tls-stack.ts';

/** Hexadecimal characters of a digest that tell one stack from another. */
const STACK_LENGTH = 16;

/** What is told of the way on which a connection came. @param agreed what the handshake agreed on */
export function transportOf(
  socket: Parameters<typeof stackOf>[0] & Pick<TLSSocket, 'remoteAddress'>,
  { version, suite, group }: KeyAgreement,
): Transport {
  const stack = stackOf(socket);
  return {
    network: addressPrefix(socket.remoteAddress),
    tls: `${version} ${suite} ${group}`,
    stack: stack === null ? null : sha256Hex(encodeUtf8(stack)).slice(0, STACK_LENGTH),
  };
}
