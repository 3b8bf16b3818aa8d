import { connect } from 'node:tls';
import type { SecureVersion } from 'node:tls';
import type { HandshakeOutcome } from '#assure/controls/index.ts';
import type { Credential } from './credential.ts';

export interface HandshakePlace {
  readonly url: URL;
  readonly authority: string;
  readonly credential: Credential;
  readonly timeoutMs: number;
}

/**
 * Shakes hands in exactly one version of TLS.
 *
 * @returns with the group that the key was agreed on in, or the peer's alert as OpenSSL calls it
 */
export function tryHandshake(place: HandshakePlace, version: SecureVersion): Promise<HandshakeOutcome> {
  const { url, authority, credential, timeoutMs } = place;
  return new Promise((resolve) => {
    const socket = connect({
      host: url.hostname,
      port: Number(url.port),
      servername: url.hostname,
      ca: authority,
      key: credential.key,
      cert: credential.certificate,
      minVersion: version,
      maxVersion: version,
      // What is to be seen is the listener's refusal: OpenSSL would not even offer TLS 1.1 at its own level.
      ...(version === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    });
    const conclude = (outcome: HandshakeOutcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => conclude({ accepted: false, group: null, reason: 'no answer' }), timeoutMs);
    socket.once('secureConnect', () => {
      const info = socket.getEphemeralKeyInfo();
      const group = info !== null && 'name' in info && typeof info.name === 'string' ? info.name : null;
      conclude({ accepted: true, group, reason: null });
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      conclude({ accepted: false, group: null, reason: error.code ?? error.message }),
    );
    socket.once('close', () => conclude({ accepted: false, group: null, reason: 'closed' }));
  });
}
