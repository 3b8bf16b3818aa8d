import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { TlsRules } from '#declare/template/index.ts';

/** The platform's own certificate and the authorities whose names are offered to clients. */
export interface TlsMaterial {
  /** PEM: the server's certificate, then those between it and the root. */
  readonly certificate: string;
  /** PEM or a key that never leaves its store. */
  readonly key: string | Buffer;
  /** PEM certificates of the authorities that may issue client certificates. */
  readonly authorities: readonly string[];
  /** 48 secret bytes shared by all workers, so that a session resumes on any of them. */
  readonly ticketKeys?: Uint8Array;
}

const HYBRID = 'X25519MLKEM768';
const CLASSICAL = 'X25519:prime256v1:secp384r1';
const TLS12_CIPHERS =
  'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:' +
  'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305';

/**
 * The server's side of TLS as the template wants it.
 *
 * A client certificate is asked for and never judged by OpenSSL: its answer is one word, ours tells reasons apart and is
 * the same for a resumed session. Possession of the key is proved in the handshake all the same. A mandatory hybrid key
 * exchange exists in TLS 1.3 only, so it raises the minimum.
 *
 * @see RFC 8446 sections 4.4.2 and 4.4.3; draft-ietf-tls-ecdhe-mlkem
 */
export function tlsOptions(
  material: TlsMaterial,
  rules: TlsRules,
  use: { readonly clientCertificates: boolean; readonly handshakeTimeout: number },
): TlsOptions {
  const minVersion = rules.minimum === '1.2' && rules.hybrid === 'prefer' ? 'TLSv1.2' : 'TLSv1.3';
  return {
    ...secureContextOptions(material),
    minVersion,
    maxVersion: 'TLSv1.3',
    ciphers: `TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:${TLS12_CIPHERS}`,
    honorCipherOrder: false,
    ecdhCurve: rules.hybrid === 'require' ? HYBRID : `${HYBRID}:${CLASSICAL}`,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
    requestCert: use.clientCertificates,
    rejectUnauthorized: false,
    handshakeTimeout: use.handshakeTimeout,
    sessionTimeout: 3_600,
  };
}

/** The part that changes when certificates are renewed while the listener runs. */
export function secureContextOptions(material: TlsMaterial): TlsOptions {
  return {
    cert: material.certificate,
    key: material.key,
    ca: [...material.authorities],
    ...(material.ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(material.ticketKeys) }),
  };
}
