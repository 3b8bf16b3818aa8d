import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import type { HandshakeOutcome, TlsOffer } from '#assure/controls/index.ts';
import type { Credential } from './credential.ts';
import type { Dial } from './dial-own.ts';

export interface HandshakePlace {
  readonly url: URL;
  readonly authority: string;
  readonly credential: Credential;
  readonly timeoutMs: number;
  readonly dial: Dial;
}

/** What is to be seen is the listener's refusal: OpenSSL would not even offer what is old or weak at its own level. */
const OFFERED: Readonly<Record<TlsOffer, SecureContextOptions>> = {
  'TLSv1.1': { ...only('TLSv1.1'), ciphers: 'DEFAULT@SECLEVEL=0' },
  'TLSv1.2': only('TLSv1.2'),
  // Without forward secrecy, or by CBC, or both.
  'TLSv1.2-weak': { ...only('TLSv1.2'), ciphers: 'kRSA:ECDHE+SHA1:ECDHE+SHA384@SECLEVEL=0' },
  'TLSv1.3': only('TLSv1.3'),
};

function only(version: SecureVersion): SecureContextOptions {
  return { minVersion: version, maxVersion: version };
}

/**
 * Shakes hands in exactly one version of TLS, with the usual suites or with weak ones alone.
 *
 * @returns with the group that the key was agreed on in, or the peer's alert as OpenSSL calls it
 */
export async function tryHandshake(place: HandshakePlace, offer: TlsOffer): Promise<HandshakeOutcome> {
  const { url, authority, credential, timeoutMs, dial } = place;
  let raw: Socket;
  try {
    raw = await dial(url);
  } catch (error) {
    return { accepted: false, group: null, reason: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
  return new Promise((resolve) => {
    const socket = connect({
      socket: raw,
      servername: url.hostname,
      ca: authority,
      key: credential.key,
      cert: credential.certificate,
      ...OFFERED[offer],
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
