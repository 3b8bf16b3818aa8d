/**
 * Multiplies two elements of GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, without branches or table look-ups on secrets.
 *
 * @see FIPS 197 section 4.2
 */
export function multiplyGf256(a: number, b: number): number {
  let product = 0;
  let left = a;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= left & -((b >> bit) & 1);
    left = (left << 1) ^ (0x11b & -(left >> 7));
  }
  return product & 0xff;
}

/** The inverse of an element other than 0: its 254th power. */
export function invertGf256(a: number): number {
  let result = 1;
  for (let bit = 0; bit < 8; bit += 1) {
    result = multiplyGf256(result, result);
    // 254 is 0b11111110.
    if (bit < 7) result = multiplyGf256(result, a);
  }
  return result;
}
