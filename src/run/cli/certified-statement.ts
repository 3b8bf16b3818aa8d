import { decodeUtf8 } from '#base/core/index.ts';
import { openEnvelope, sha256Hex } from '#base/crypto/index.ts';
import { CliError } from './errors.ts';

/** Types of the payload of a certificate and of an addendum. @see docs/formats/erasure-certificate.md */
const ERASURE_TYPE = 'application/vnd.weir.erasure.v1+json';
const ADDENDUM_TYPE = 'application/vnd.weir.erasure-addendum.v1+json';

/** What a certificate says; who doubts it verifies the signatures. */
export function certifiedStatement(certificate: string): unknown {
  const { payload } = JSON.parse(certificate) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
}

/**
 * Verifies a certificate of what went, or an addendum to one, and gives what it says.
 *
 * @param text untrusted
 * @param keys verifier keys, each of which must have signed
 * @throws {CryptoError} CRYPTO_ENVELOPE_MALFORMED, CRYPTO_SIGNATURE_INVALID, CRYPTO_KEY_INVALID
 * @throws {CliError} CLI_USAGE where the envelope holds something else
 */
export function verifyCertificate(text: string, keys: readonly string[]): unknown {
  const { type, payload } = openEnvelope(text, keys);
  if (type !== ERASURE_TYPE && type !== ADDENDUM_TYPE) {
    throw new CliError('CLI_USAGE', `Cannot check certificate: the file holds something else (${type.slice(0, 80)})`, {
      hint: 'Evidence is verified with `npm run -s weir -- prove --verify FILE`',
    });
  }
  return JSON.parse(decodeUtf8(payload));
}

/**
 * Verifies an addendum and that it is one to this very certificate, and gives what the addendum says.
 *
 * @param certificate verified too
 * @throws as `verifyCertificate` does; {CliError} CLI_CERTIFICATE_OTHER where it is one to another
 */
export function verifyAddendum(text: string, certificate: string, keys: readonly string[]): unknown {
  const said = verifyCertificate(text, keys) as { readonly amends?: { readonly digest?: unknown } };
  verifyCertificate(certificate, keys);
  if (said.amends?.digest === sha256Hex(openEnvelope(certificate, keys).payload)) return said;
  throw new CliError('CLI_CERTIFICATE_OTHER', 'Cannot check addendum: it is none to this certificate', {
    hint: 'The certificate that it adds to is `amends` in what it says',
  });
}
