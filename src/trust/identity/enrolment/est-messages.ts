import { concatBytes } from '#base/core/index.ts';
import { algorithmOf } from '#base/crypto/index.ts';
import type { AlgorithmId } from '#base/crypto/index.ts';
import { TAG, context } from '../certificates/der.ts';
import { encodeDer, encodeNumber, encodeOid } from '../certificates/der-writer.ts';
import { pemBlocks } from '../certificates/pem-certificates.ts';
import { USUAL_DEVICE_KEY } from '../profile/advise-encryption.ts';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const EC_KEY = '1.2.840.10045.2.1';
/** Curves by what the library calls them. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: '1.2.840.10045.3.1.7', secp384r1: '1.3.132.0.34' };

/** Media types of EST. @see RFC 7030 section 3.2.2 */
export const EST_MEDIA = Object.freeze({
  request: 'application/pkcs10',
  certificates: 'application/pkcs7-mime; smime-type=certs-only',
  attributes: 'application/csrattrs',
});

/**
 * Certificates in a message that nobody signed: base64 of a "certs-only" SignedData.
 *
 * @param pem certificates in PEM, in the order in which they are to stand
 * @see RFC 7030 section 4.1.3; RFC 5652 section 5.1; RFC 8951 section 3 for the base64
 */
export function certsOnly(...pem: readonly string[]): string {
  const signedData = encodeDer(
    TAG.sequence,
    encodeNumber(1),
    encodeDer(TAG.set),
    encodeDer(TAG.sequence, encodeOid(DATA)),
    encodeDer(context(0), concatBytes(pem.flatMap(pemBlocks))),
    encodeDer(TAG.set),
  );
  return lines(encodeDer(TAG.sequence, encodeOid(SIGNED_DATA), encodeDer(context(0), signedData)));
}

/**
 * What a request should look like: a key of a kind, and the signature that goes with it. Names and extensions are not
 * asked for, since they come from the enrolment. A kind that is named by its signature alone, such as ML-DSA, is asked
 * for by that.
 *
 * @param algorithm by default the usual answer of `weir advise encryption`
 * @see RFC 7030 section 4.5.2
 */
export function requestAttributes(algorithm: AlgorithmId = USUAL_DEVICE_KEY): string {
  const { oid, signature } = algorithmOf(algorithm);
  if (oid === null) throw new TypeError(`${algorithm} has no identifier to ask for it by`);
  const curve = CURVES[signature?.curve ?? ''];
  const key =
    curve === undefined ? [] : [encodeDer(TAG.sequence, encodeOid(EC_KEY), encodeDer(TAG.set, encodeOid(curve)))];
  return lines(encodeDer(TAG.sequence, ...key, encodeOid(oid)));
}

function lines(der: Uint8Array): string {
  return `${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\r\n')}\r\n`;
}
