import { decode } from 'cborg';
import { REASON } from '../reasons.ts';
import { checkCbor } from './cbor-check.ts';
import type { CborFault } from './cbor-check.ts';
import type { Decoded, DecodeLimits } from './json-parser.ts';

const STRICT = Object.freeze({
  strict: true,
  rejectDuplicateMapKeys: true,
  useMaps: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
});

/**
 * The value of one CBOR item: shortest forms only, no duplicate keys. Byte strings come as `Uint8Array`, which fits no
 * field. Untrusted: walked and bounded before it is decoded.
 *
 * @param intKeys whether maps have integer keys too; such a map is no object of a reading
 */
export function decodeCbor(bytes: Buffer, limits: DecodeLimits, intKeys = false): { value: Decoded } | CborFault {
  const fault = checkCbor(bytes, limits, intKeys);
  if (fault.reason !== 0) return fault;
  try {
    return { value: decode(bytes, STRICT) as Decoded };
  } catch (error) {
    // The decoder has no codes; a test keeps this text in step with it.
    const duplicate = error instanceof Error && error.message.includes('repeat map key');
    return { reason: duplicate ? REASON.duplicateKey.number : REASON.decode.number, at: 0 };
  }
}
