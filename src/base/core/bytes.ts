import { timingSafeEqual } from 'node:crypto';
import { CoreError } from './errors.ts';

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a string. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * The string that UTF-8 bytes spell.
 *
 * @throws {CoreError} CORE_BYTES_INVALID if they are not valid UTF-8
 */
export function decodeUtf8(data: Uint8Array): string {
  try {
    return strictDecoder.decode(data);
  } catch (cause) {
    throw new CoreError('CORE_BYTES_INVALID', 'Cannot decode text: the bytes are not valid UTF-8', { cause });
  }
}

/** The parts one after the other in new memory. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Compares two byte strings in time that depends on their length only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export function toHex(data: Uint8Array): string {
  return data.toHex();
}

/** @throws {CoreError} CORE_BYTES_INVALID if the text is not an even number of hex digits */
export function fromHex(text: string): Uint8Array {
  try {
    return Uint8Array.fromHex(text);
  } catch (cause) {
    throw new CoreError('CORE_BYTES_INVALID', 'Cannot decode bytes: the text is not hexadecimal', { cause });
  }
}

export function toBase64(data: Uint8Array): string {
  return data.toBase64();
}

/** @throws {CoreError} CORE_BYTES_INVALID if the text is not base64 */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch (cause) {
    throw new CoreError('CORE_BYTES_INVALID', 'Cannot decode bytes: the text is not base64', { cause });
  }
}
