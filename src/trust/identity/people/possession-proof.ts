import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose';
import type { JWK } from 'jose';
import { encodeUtf8, millis, seconds } from '#base/core/index.ts';
import type { Clock, Random } from '#base/core/index.ts';
import { sha256 } from '#base/crypto/index.ts';
import { isLoopback } from '#declare/template/index.ts';
import { ProofNonces } from './proof-nonces.ts';
import { ProofMemory } from './proof-memory.ts';
import type { SignInRefusal } from './sign-in.ts';

/** The request that a proof has to be for. */
export interface ProvedRequest {
  readonly method: string;
  /** As the header `Host` has it. */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
}

/** How far the time of a proof may be off, either way. */
export const PROOF_TOLERANCE = seconds(60);
const LONGEST_PROOF = 4_096;
const LONGEST_ID = 256;
/** Asymmetric, all of them: a proof under a shared secret proves nothing. */
const ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256', 'ML-DSA-44', 'ML-DSA-65'];

/**
 * Checks proofs of possession of the key that an access token is bound to.
 *
 * @see RFC 9449 section 4.3
 */
export class PossessionProofs {
  readonly #clock: Clock;
  readonly #hosts: () => readonly string[];
  readonly #memory: ProofMemory;
  /** What proofs for issuers that want it have to hold. */
  readonly nonces: ProofNonces;
  /** Proofs from before this process began cannot be told from replays, for its memory begins with it. */
  readonly #begun: number;

  /** @param hosts names of the platform besides the loopback ones */
  constructor(clock: Clock, random: Random, hosts: () => readonly string[]) {
    this.#clock = clock;
    this.#hosts = hosts;
    this.nonces = new ProofNonces(clock, random);
    this.#memory = new ProofMemory(clock, millis(2 * PROOF_TOLERANCE));
    this.#begun = Math.floor(clock.now() / 1_000_000);
  }

  /**
   * @param proof untrusted
   * @param token the access token that it comes with, verified
   * @param thumbprint of the key that the token is bound to
   * @param withNonce where only a proof with a nonce of ours counts
   */
  async check(
    proof: string | undefined,
    token: string,
    thumbprint: string,
    request: ProvedRequest,
    withNonce = false,
  ): Promise<SignInRefusal | 'proved'> {
    if (proof === undefined) return 'unproved';
    const claims = await readProof(proof, thumbprint, new Date(this.#clock.now() / 1_000));
    if (claims === null) return 'proof-invalid';
    const { jti, htm, htu, iat, ath, nonce } = claims;
    // Steps 8, 9, 12 of the section: this method, this place, this token.
    if (htm !== request.method || !this.#isFor(htu, request) || ath !== hashOf(token)) return 'proof-invalid';
    // Step 10. Only who has the key hears that a nonce is wanted.
    if (withNonce && !this.nonces.counts(nonce)) return 'proof-nonce';
    const now = this.#clock.now() / 1_000_000;
    if (Math.abs(now - iat) > PROOF_TOLERANCE / 1_000 || iat < this.#begun) return 'proof-stale';
    const use = this.#memory.use(thumbprint, jti);
    if (use === 'fresh') return 'proved';
    return use === 'replayed' ? 'proof-replayed' : 'proof-overflow';
  }

  /** Query and fragment do not count; the host has to be one of this platform's, whatever `Host` says. */
  #isFor(htu: string, { host, target }: ProvedRequest): boolean {
    const asked = URL.parse(htu);
    const here = URL.parse(target, `https://${host}`);
    if (asked === null || here === null || asked.protocol !== 'https:' || asked.username !== '') return false;
    const name = asked.hostname.replace(/^\[|\]$/g, '');
    const ours = name === 'localhost' || isLoopback(name) || this.#hosts().includes(name);
    return ours && asked.host === here.host && asked.pathname === here.pathname;
  }
}

interface ProofClaims {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  /** Epoch seconds. */
  readonly iat: number;
  readonly ath: string;
  readonly nonce: unknown;
}

/** Claims of a proof that the key of a thumbprint signed; null for anything else. */
async function readProof(proof: string, thumbprint: string, now: Date): Promise<ProofClaims | null> {
  if (proof.length > LONGEST_PROOF) return null;
  try {
    const header = decodeProtectedHeader(proof);
    // The embedded key has to be public, which `EmbeddedJWK` sees to.
    if ((await calculateJwkThumbprint(header.jwk as JWK, 'sha256')) !== thumbprint) return null;
    const { payload } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ALGORITHMS,
      // It need not say until when it counts; where it does, it is heard. Whether it is fresh is judged above.
      currentDate: now,
    });
    const { jti, iat, htm, htu, ath, nonce } = payload as Readonly<Record<string, unknown>>;
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID || typeof iat !== 'number') return null;
    if (typeof htm !== 'string' || typeof htu !== 'string' || typeof ath !== 'string') return null;
    return { jti, iat, htm, htu, ath, nonce };
  } catch {
    return null;
  }
}

function hashOf(token: string): string {
  return Buffer.from(sha256(encodeUtf8(token))).toString('base64url');
}
