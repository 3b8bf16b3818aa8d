import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import { TLS_SUITES, tlsOffer } from '#base/crypto/index.ts';
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
  const { versions, groups } = tlsOffer(rules);
  return {
    cert: material.certificate,
    key: material.key,
    ca: [...material.authorities],
    ...(material.ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(material.ticketKeys) }),
    minVersion: versions.includes('1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // All of the table: the version decides which of them a client can have.
    ciphers: TLS_SUITES.map(({ library }) => library).join(':'),
    honorCipherOrder: false,
    ecdhCurve: groups.map(({ library }) => library).join(':'),
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
    requestCert: use.clientCertificates,
    rejectUnauthorized: false,
    handshakeTimeout: use.handshakeTimeout,
    sessionTimeout: 3_600,
  };
}
