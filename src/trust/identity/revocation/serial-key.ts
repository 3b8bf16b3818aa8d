import { encodeUtf8 } from '#base/core/index.ts';
import { sha256 } from '#base/crypto/index.ts';

/** Bytes of a serial number's key. */
export const SERIAL_KEY_LENGTH = 16;

/**
 * The 16 bytes by which a serial number is looked up: our own serial numbers, which have 16 random bytes, as they are;
 * any other by the first 16 bytes of its SHA-256. The first byte is never zero.
 *
 * @param serial hex, as Node prints it; any case
 */
export function serialKey(serial: string): Uint8Array {
  if (serial.length === SERIAL_KEY_LENGTH * 2 && /^[4-7][0-9A-Fa-f]{31}$/.test(serial)) {
    return Uint8Array.fromHex(serial);
  }
  const digest = sha256(encodeUtf8(serial.toUpperCase())).slice(0, SERIAL_KEY_LENGTH);
  // Bit 7 marks a digest, so that none is taken for one of our own.
  digest[0] = (digest[0] ?? 0) | 0x80;
  return digest;
}

/** Keys of several serial numbers, one after the other. */
export function packSerials(serials: readonly string[]): Uint8Array {
  const packed = new Uint8Array(serials.length * SERIAL_KEY_LENGTH);
  for (const [at, serial] of serials.entries()) packed.set(serialKey(serial), at * SERIAL_KEY_LENGTH);
  return packed;
}
