import { minutes, micros } from '#base/core/index.ts';
import type { Clock, Micros } from '#base/core/index.ts';
import { IdentityError } from '../errors.ts';
import { encodeOcspError, encodeOcspResponse, isAbout, readOcspRequest } from './ocsp.ts';
import type { OcspQuestion, OcspStatus } from './ocsp.ts';
import type { ListSigner, RevocationLists } from './revocation-lists.ts';
import type { Revocations } from './revocations.ts';

/** An answer is good for so long; it is made anew when what is revoked changes. */
const LIFE = minutes(60);
/** Answers that are kept: each was signed, and is given to everybody who asks the same. */
const MOST_KEPT = 8_192;

interface KeptAnswer {
  readonly der: Uint8Array;
  readonly state: number;
  readonly thisUpdate: Micros;
}

/**
 * Answers whether certificates are good, by the profile for many askers: answers carry no nonce, so that one signature
 * serves all, and of what is not known nothing is signed. Strangers can make it sign once per certificate, form of a hash
 * and half hour.
 *
 * @see RFC 6960; RFC 5019
 */
export class OcspResponder {
  readonly #revocations: Revocations;
  readonly #lists: RevocationLists;
  readonly #signer: ListSigner;
  readonly #clock: Clock;
  readonly #kept = new Map<string, KeptAnswer>();

  constructor(revocations: Revocations, lists: RevocationLists, signer: ListSigner, clock: Clock) {
    this.#revocations = revocations;
    this.#lists = lists;
    this.#signer = signer;
    this.#clock = clock;
  }

  /** @param request untrusted, in DER */
  async answer(request: Uint8Array): Promise<Uint8Array> {
    let questions: readonly OcspQuestion[];
    try {
      questions = readOcspRequest(request);
    } catch (error) {
      if (error instanceof IdentityError) return encodeOcspError('malformed');
      throw error;
    }
    const [question] = questions;
    // One question an answer, as everybody sends them; several would have to be signed for each asker anew.
    if (question === undefined || questions.length > 1) return encodeOcspError('malformed');
    return this.#answerOne(question);
  }

  /** What it says of a certificate that an authority gave. */
  async stateOf(serial: string, generation: number): Promise<'good' | 'revoked' | 'unknown'> {
    return (await this.#statusOf(serial, generation))?.status ?? 'unknown';
  }

  async #answerOne(question: OcspQuestion): Promise<Uint8Array> {
    const key = Buffer.from(question.id).toString('base64');
    const kept = this.#kept.get(key);
    const now = this.#clock.now();
    if (kept !== undefined && kept.state === this.#lists.state && now - kept.thisUpdate < (LIFE * 1_000) / 2) {
      return kept.der;
    }
    const issuer = this.#signer.issuers.find(({ certificate }) => isAbout(question, certificate));
    const state = this.#lists.state;
    const status = issuer === undefined ? null : await this.#statusOf(question.serial, issuer.generation);
    if (issuer === undefined || status === null) return encodeOcspError('unauthorized');
    const answer = {
      question,
      status,
      issuer: issuer.certificate,
      thisUpdate: now,
      nextUpdate: micros(now + LIFE * 1_000),
    };
    const der = await encodeOcspResponse(answer, (data) => this.#signer.signBytes(issuer.generation, data));
    this.#kept.delete(key);
    this.#kept.set(key, { der, state, thisUpdate: now });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return der;
  }

  /** Null for a certificate that the authority did not give. */
  async #statusOf(serial: string, generation: number): Promise<OcspStatus | null> {
    const revoked = await this.#revocations.find(serial);
    if (revoked !== null && revoked.issuer === generation) {
      return { status: 'revoked', at: micros(revoked.revoked), reason: revoked.reason };
    }
    const given = await this.#revocations.certificate(serial);
    return given !== null && given.issuer === generation && given.state === 'valid' ? { status: 'good' } : null;
  }
}
