import { fromHex, equalBytes } from '#base/core/index.ts';

/** p = 2^255 − 19, the order of the field, little endian. */
const FIELD_ORDER = 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f';

/** The y coordinates of the points of small order, little endian, the sign of x left out: 0, 1, −1 and the two of order 8. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

/**
 * Tells whether a public key is written in its one canonical form and is no point of small order,
 * under which signatures can be made that verify for any message.
 *
 * @param raw 32 bytes
 * @see RFC 8032 section 5.1.3
 */
export function isSafeEd25519Key(raw: Uint8Array): boolean {
  const y = raw.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  return isBelow(y, fromHex(FIELD_ORDER)) && !SMALL_ORDER_Y.some((small) => equalBytes(y, fromHex(small)));
}

/** Compares two numbers of equal length, little endian. Public values: the time that it takes may show. */
function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = a.length - 1; i >= 0; i--) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    if (x !== y) return x < y;
  }
  return false;
}
