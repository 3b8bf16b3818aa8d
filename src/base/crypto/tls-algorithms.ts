import type { AlgorithmId } from './algorithms.ts';

/** A cipher suite that listeners offer. */
export interface TlsSuite {
  /** As IANA names it. */
  readonly name: string;
  /** As the library and its configuration name it. */
  readonly library: string;
  readonly version: '1.3' | '1.2';
  /** The two bytes of the handshake. */
  readonly code: readonly [string, string];
  readonly algorithms: readonly AlgorithmId[];
}

/** A group of the key exchange that listeners offer. */
export interface TlsGroup {
  readonly name: string;
  readonly library: string;
  /** @see IANA, TLS Supported Groups */
  readonly code: number;
  readonly algorithm: AlgorithmId;
  /** Whether what is recorded today stays shut to a quantum computer. */
  readonly quantumSafe: boolean;
}

const suite13 = (name: string, code: readonly [string, string], ...algorithms: readonly AlgorithmId[]): TlsSuite => ({
  name,
  library: name,
  version: '1.3',
  code,
  algorithms,
});

const suite12 = (
  name: string,
  library: string,
  code: readonly [string, string],
  ...algorithms: readonly AlgorithmId[]
): TlsSuite => ({ name, library, version: '1.2', code, algorithms });

/** Cipher suites in the order in which they are preferred. All of them are authenticated and have forward secrecy. @see RFC 8446 appendix B.4; RFC 9325 section 4.2 */
export const TLS_SUITES: readonly TlsSuite[] = [
  suite13('TLS_AES_256_GCM_SHA384', ['0x13', '0x02'], 'aes-256-gcm', 'sha-384'),
  suite13('TLS_AES_128_GCM_SHA256', ['0x13', '0x01'], 'aes-128-gcm', 'sha-256'),
  suite13('TLS_CHACHA20_POLY1305_SHA256', ['0x13', '0x03'], 'chacha20-poly1305', 'sha-256'),
  suite12(
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    ['0xC0', '0x2C'],
    'aes-256-gcm',
    'sha-384',
  ),
  suite12(
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    ['0xC0', '0x2B'],
    'aes-128-gcm',
    'sha-256',
  ),
  suite12(
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    ['0xCC', '0xA9'],
    'chacha20-poly1305',
    'sha-256',
  ),
  suite12(
    'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    ['0xC0', '0x30'],
    'aes-256-gcm',
    'sha-384',
  ),
  suite12(
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    ['0xC0', '0x2F'],
    'aes-128-gcm',
    'sha-256',
  ),
  suite12(
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    'ECDHE-RSA-CHACHA20-POLY1305',
    ['0xCC', '0xA8'],
    'chacha20-poly1305',
    'sha-256',
  ),
];

/** Groups in the order in which they are preferred. */
export const TLS_GROUPS: readonly TlsGroup[] = [
  {
    name: 'X25519MLKEM768',
    library: 'X25519MLKEM768',
    code: 0x11ec,
    algorithm: 'x25519mlkem768',
    quantumSafe: true,
  },
  { name: 'x25519', library: 'X25519', code: 0x001d, algorithm: 'x25519', quantumSafe: false },
  { name: 'secp256r1', library: 'prime256v1', code: 0x0017, algorithm: 'ecdh-p256', quantumSafe: false },
  { name: 'secp384r1', library: 'secp384r1', code: 0x0018, algorithm: 'ecdh-p384', quantumSafe: false },
];

/** Which of them rules of a template leave. */
export function tlsOffer(rules: { readonly minimum: '1.3' | '1.2'; readonly hybrid: 'prefer' | 'require' }): {
  readonly versions: readonly ('1.3' | '1.2')[];
  readonly suites: readonly TlsSuite[];
  readonly groups: readonly TlsGroup[];
} {
  // A hybrid key exchange exists in TLS 1.3 only.
  const versions =
    rules.minimum === '1.2' && rules.hybrid === 'prefer' ? (['1.3', '1.2'] as const) : (['1.3'] as const);
  return {
    versions,
    suites: TLS_SUITES.filter(({ version }) => (versions as readonly string[]).includes(version)),
    groups: TLS_GROUPS.filter(({ quantumSafe }) => quantumSafe || rules.hybrid === 'prefer'),
  };
}
