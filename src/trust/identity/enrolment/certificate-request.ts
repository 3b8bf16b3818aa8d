import { MalformedDer, childrenOf, expectTag, readDer, sequenceOf } from '../certificates/der.ts';
import { readBitOctets, readOid, readSmallInteger } from '../certificates/der-values.ts';
import { readName } from '../certificates/distinguished-name.ts';
import { DEVICE_KEYS, strongKey } from '../certificates/key-strength.ts';
import { SIGNATURE_FORMS, isSignedWith } from '../certificates/signature-forms.ts';
import { IdentityError } from '../errors.ts';

/** A request whose sender holds the private key. Nothing else that it says counts: names come from the enrolment. */
export interface CheckedRequest {
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Such as `P-256`. */
  readonly algorithm: string;
}

/** Far more than a request with a key of 8192 bits takes. */
export const MAX_REQUEST_BYTES = 16_384;

/**
 * Checks a certificate request: its form, the kind and size of its key, and that it is signed with that key.
 *
 * @param der PKCS #10; untrusted
 * @throws {IdentityError} IDENTITY_REQUEST_INVALID, IDENTITY_KEY_INVALID
 * @see RFC 2986 section 4; RFC 7030 section 4.2.1
 */
export function checkRequest(der: Uint8Array): CheckedRequest {
  const { info, publicKey, algorithm: signedWith, signature } = parse(der);
  const strong = strongKey(publicKey, 'device');
  if (strong === null) {
    throw new IdentityError('IDENTITY_KEY_INVALID', 'Cannot take request: its key is too weak or of another kind', {
      hint: `Take a key of ${DEVICE_KEYS.join(', ')}`,
    });
  }
  const form = SIGNATURE_FORMS.get(signedWith);
  if (form === undefined || form.key !== strong.key.asymmetricKeyType) {
    throw invalid(`it is signed with ${signedWith}, which is not taken`, 'Sign it with SHA-256, SHA-384 or SHA-512');
  }
  if (!isSignedWith(form, info, strong.key, signature)) {
    throw invalid('it is not signed with its own key', 'Make the request with the private key of the device');
  }
  return { publicKey, algorithm: strong.algorithm };
}

/**
 * The DER of a request that came as text: PEM, or base64 alone as EST sends it.
 *
 * @param text untrusted
 * @throws {IdentityError} IDENTITY_REQUEST_INVALID
 * @see RFC 7468 section 7; RFC 8951 section 3
 */
export function decodeRequest(text: string): Uint8Array {
  const pem = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  const base64 = (pem ?? text).replaceAll(/\s+/g, '');
  if (base64.length > MAX_REQUEST_BYTES * 2) throw invalid('it is too long', 'Send one request');
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw invalid('it is neither PEM nor base64', 'Send what `openssl req -new` writes');
  }
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

interface Parts {
  /** The octets that are signed. */
  readonly info: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

function parse(der: Uint8Array): Parts {
  if (der.length > MAX_REQUEST_BYTES) throw invalid('it is too long', 'Send one request');
  try {
    return read(der);
  } catch (error) {
    if (error instanceof MalformedDer)
      throw invalid(`it is no PKCS #10 request: ${error.message}`, 'Send DER as it is made');
    throw error;
  }
}

function read(der: Uint8Array): Parts {
  const [info, algorithm, signature, ...more] = sequenceOf(readDer(der));
  const [version, subject, publicKey, attributes, ...rest] = sequenceOf(info);
  if (more.length > 0 || rest.length > 0) throw new MalformedDer('a request has parts too many');
  if (readSmallInteger(version) !== 0) throw new MalformedDer('the version is unknown');
  readName(subject);
  sequenceOf(publicKey);
  // Read for their form alone: whatever a device asks for, it is given what its enrolment says.
  for (const attribute of childrenOf(expectTag(attributes, 0xa0))) readOid(sequenceOf(attribute)[0]);
  return {
    info: info!.raw,
    publicKey: publicKey!.raw,
    algorithm: readOid(sequenceOf(algorithm)[0]),
    signature: readBitOctets(signature),
  };
}

function invalid(why: string, hint: string): IdentityError {
  return new IdentityError('IDENTITY_REQUEST_INVALID', `Cannot take certificate request: ${why}`, { hint });
}
