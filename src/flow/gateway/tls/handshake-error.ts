/** Why a TLS handshake came to nothing. */
export type HandshakeRefusal =
  | 'handshake-timeout'
  | 'protocol-version'
  | 'no-shared-cipher'
  | 'no-shared-group'
  | 'not-tls'
  | 'refused-by-peer'
  | 'peer-left'
  | 'handshake-failed';

const REASONS: ReadonlyMap<string, HandshakeRefusal> = new Map([
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'handshake-timeout'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'protocol-version'],
  ['ERR_SSL_VERSION_TOO_LOW', 'protocol-version'],
  ['ERR_SSL_UNKNOWN_PROTOCOL', 'protocol-version'],
  ['ERR_SSL_NO_SHARED_CIPHER', 'no-shared-cipher'],
  ['ERR_SSL_NO_SUITABLE_KEY_SHARE', 'no-shared-group'],
  ['ERR_SSL_NO_SUITABLE_GROUPS', 'no-shared-group'],
  ['ERR_SSL_NO_SHARED_GROUP', 'no-shared-group'],
  ['ERR_SSL_NO_SHARED_GROUPS', 'no-shared-group'],
  ['ERR_SSL_HTTP_REQUEST', 'not-tls'],
  ['ERR_SSL_HTTPS_PROXY_REQUEST', 'not-tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not-tls'],
  ['ECONNRESET', 'peer-left'],
  ['EPIPE', 'peer-left'],
]);

/** The reason that an error of a handshake stands for; alerts from the peer mean that it refused us. */
export function handshakeRefusal(error: Error & { code?: unknown }): HandshakeRefusal {
  const code = typeof error.code === 'string' ? error.code : '';
  const known = REASONS.get(code);
  if (known !== undefined) return known;
  return code.includes('_ALERT_') ? 'refused-by-peer' : 'handshake-failed';
}
