import { MalformedDer } from '../certificates/der.ts';
import { IdentityError } from '../errors.ts';

/**
 * Reads what was sent to ask for, or to vouch for, the state of certificates.
 *
 * @throws {IdentityError} IDENTITY_DER_INVALID where `read` meets what is no DER, or not what it expects
 */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedDer)) throw error;
    throw new IdentityError('IDENTITY_DER_INVALID', 'Cannot read request: it is not the DER that was expected', {
      hint: 'Send what openssl ocsp or openssl crl writes, in DER',
      cause: error,
    });
  }
}
