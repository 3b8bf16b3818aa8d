import { equalBytes } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { ALGORITHMS, digestBytes } from '#base/crypto/index.ts';
import { issuerNames } from './crl.ts';
import { MalformedDer, TAG, context, expectTag, readDer, sequenceOf } from '../certificates/der.ts';
import type { DerNode } from '../certificates/der.ts';
import { formatSerial, readIntegerBytes } from '../certificates/der-values.ts';
import { encodeBits, encodeDer, encodeGeneralizedTime, encodeOid } from '../certificates/der-writer.ts';
import { schemeIdentifier, schemeOf } from '../certificates/signature-scheme.ts';
import { reading } from './read-der.ts';

/** One certificate that is asked about. */
export interface OcspQuestion {
  /** Upper-case hex. */
  readonly serial: string;
  /** The identifier as it was sent, to be sent back. */
  readonly id: Uint8Array;
  readonly hash: 'sha-1' | 'sha-256';
  readonly nameHash: Uint8Array;
  readonly keyHash: Uint8Array;
}

/** What is said of a certificate. */
export type OcspStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly at: Micros; readonly reason: number };

/** Requests are longer only to make work. */
export const OCSP_REQUEST_LIMIT = 4_096;
const MOST_QUESTIONS = 16;

const HASHES = ['sha-1', 'sha-256'] as const;
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';

/**
 * Reads a request. Who asks and what else it wants is not looked at: an answer is the same for everybody.
 *
 * @param der untrusted
 * @throws {IdentityError} IDENTITY_DER_INVALID
 * @see RFC 6960 section 4.1.1
 */
export function readOcspRequest(der: Uint8Array): readonly OcspQuestion[] {
  return reading(() => {
    if (der.length > OCSP_REQUEST_LIMIT) throw new MalformedDer('a request is too long');
    const [request] = sequenceOf(readDer(der), 2);
    const list = sequenceOf(request, 4).find(({ tag }) => tag === TAG.sequence);
    const questions = sequenceOf(list, MOST_QUESTIONS).map((one) => readQuestion(sequenceOf(one)[0]));
    if (questions.length === 0) throw new MalformedDer('nothing is asked');
    return questions;
  });
}

function readQuestion(id: DerNode | undefined): OcspQuestion {
  const [algorithm, nameHash, keyHash, serial] = sequenceOf(id, 4);
  const [oid, parameters, ...more] = sequenceOf(algorithm);
  const hash = HASHES.find((name) => equalBytes(encodeOid(ALGORITHMS[name].oid), oid?.raw ?? new Uint8Array()));
  if (hash === undefined || id === undefined) throw new MalformedDer('a hash is unknown');
  // Sent back and signed as they came: with parameters of their choice strangers would have each answer signed anew.
  const isPlain = parameters === undefined || equalBytes(parameters.raw, encodeDer(TAG.null));
  if (!isPlain || more.length > 0) throw new MalformedDer('a hash has parameters');
  return {
    serial: formatSerial(readIntegerBytes(serial)),
    id: id.raw,
    hash,
    nameHash: expectTag(nameHash, TAG.octetString).content,
    keyHash: expectTag(keyHash, TAG.octetString).content,
  };
}

/** Whether a question is about certificates of an issuer. @param pem the issuer's certificate */
export function isAbout({ hash, nameHash, keyHash }: OcspQuestion, pem: string): boolean {
  const { subject, keyBits } = issuerNames(pem);
  return equalBytes(digestBytes(hash, subject), nameHash) && equalBytes(digestBytes(hash, keyBits), keyHash);
}

/** An answer that needs no signature: the request was none, or nothing is known of what it asks about. */
export const OCSP_ERRORS = Object.freeze({ malformed: 1, unauthorized: 6 });

/** @see RFC 6960 section 4.2.1; RFC 5019 section 2.2.3 */
export function encodeOcspError(kind: keyof typeof OCSP_ERRORS): Uint8Array {
  return encodeDer(TAG.sequence, encodeDer(TAG.enumerated, Uint8Array.of(OCSP_ERRORS[kind])));
}

/**
 * A signed answer to one question, by the authority that gave the certificate.
 *
 * @param issuer PEM
 * @see RFC 6960 section 4.2.1
 */
export async function encodeOcspResponse(
  answer: {
    readonly question: OcspQuestion;
    readonly status: OcspStatus;
    readonly issuer: string;
    readonly thisUpdate: Micros;
    readonly nextUpdate: Micros;
  },
  sign: (data: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { question, status, issuer, thisUpdate, nextUpdate } = answer;
  const single = encodeDer(
    TAG.sequence,
    question.id,
    encodeStatus(status),
    encodeGeneralizedTime(thisUpdate),
    encodeDer(context(0), encodeGeneralizedTime(nextUpdate)),
  );
  const data = encodeDer(
    TAG.sequence,
    encodeDer(context(2), encodeDer(TAG.octetString, issuerNames(issuer).keyId)),
    encodeGeneralizedTime(thisUpdate),
    encodeDer(TAG.sequence, single),
  );
  const basic = encodeDer(TAG.sequence, data, schemeIdentifier(schemeOf(issuer)), encodeBits(await sign(data)));
  const bytes = encodeDer(TAG.sequence, encodeOid(BASIC_RESPONSE), encodeDer(TAG.octetString, basic));
  return encodeDer(TAG.sequence, encodeDer(TAG.enumerated, Uint8Array.of(0)), encodeDer(context(0), bytes));
}

function encodeStatus(status: OcspStatus): Uint8Array {
  if (status.status === 'good') return encodeDer(0x80);
  const reason = encodeDer(context(0), encodeDer(TAG.enumerated, Uint8Array.of(status.reason)));
  return encodeDer(context(1), encodeGeneralizedTime(status.at), ...(status.reason === 0 ? [] : [reason]));
}
