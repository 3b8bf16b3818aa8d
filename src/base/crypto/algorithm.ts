/** What an algorithm does. @see CycloneDX 1.6, `algorithmProperties.primitive` */
export type Primitive =
  | 'ae'
  | 'block-cipher'
  | 'combiner'
  | 'drbg'
  | 'hash'
  | 'kdf'
  | 'kem'
  | 'key-agree'
  | 'mac'
  | 'other'
  | 'signature';

/** What it is called upon for. @see CycloneDX 1.6, `algorithmProperties.cryptoFunctions` */
export type CryptoFunction =
  | 'decapsulate'
  | 'decrypt'
  | 'digest'
  | 'encapsulate'
  | 'encrypt'
  | 'generate'
  | 'keyderive'
  | 'keygen'
  | 'other'
  | 'sign'
  | 'tag'
  | 'verify';

/** Published vectors of an algorithm and the tests that run them, or why there are none. */
export type VectorLink =
  | { readonly vectors: readonly { readonly file: string; readonly test: string }[] }
  | { readonly without: string; readonly test: string | null };

/** What a key of a signature scheme is made as, and what signs with it. */
export interface SignatureForm {
  /** Type of its keys, and their curve where it has several. */
  readonly keyType: 'ec' | 'ed25519' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' | 'rsa' | 'rsa-pss';
  readonly curve: 'prime256v1' | 'secp384r1' | 'secp521r1' | null;
  /** Digest over the message; null where the scheme takes the message whole. */
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
}

/** An algorithm in use: everything that is said of it, in one place. */
export interface Algorithm {
  /** As its standard names it. */
  readonly name: string;
  readonly standard: string;
  readonly primitive: Primitive;
  readonly functions: readonly CryptoFunction[];
  /** What it protects here. */
  readonly uses: string;
  /** Size or set of parameters, where the standard has several. */
  readonly parameterSet: string | null;
  readonly curve?: string;
  readonly mode?: 'gcm' | 'ctr' | 'cbc';
  readonly padding?: 'pkcs1v15' | 'other';
  readonly oid: string | null;
  /** What the library calls it; null where it is ours, or a part of a protocol. */
  readonly library: string | null;
  /** Further names that protocols and formats have for it. */
  readonly names: readonly string[];
  readonly signature?: SignatureForm;
  /** Bits of security against computers of today. */
  readonly classicalBits: number;
  /** Bits of security against a quantum computer: Grover's search halves keys, Shor's algorithm leaves nothing. */
  readonly quantumBits: number;
  /** Category of NIST's post-quantum criteria; 0 for none. */
  readonly quantumLevel: 0 | 1 | 2 | 3 | 4 | 5;
  /** Last years in which NIST lets it be relied on without, and with, a risk that is known and taken. @see NIST IR 8547 section 4.1 */
  readonly deprecatedAfter: number | null;
  readonly disallowedAfter: number | null;
  /**
   * Whether it keeps something of weight. What only finds an entry, or is read in files of others, is told apart, for its
   * weakness is nobody's loss.
   */
  readonly protects: boolean;
  readonly tested: VectorLink;
}
