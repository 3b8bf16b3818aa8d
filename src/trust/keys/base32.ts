/** Crockford's alphabet: no I, L, O or U, so that it can be read aloud and copied from paper. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Bytes as base 32, five bits a character, the last filled up with zero bits. @see https://www.crockford.com/base32.html */
export function formatBase32(data: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of data) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31];
}

/** The bytes of such a text, or null where a character or the filling is wrong. Reads O as 0, I and L as 1. */
export function parseBase32(text: string): Uint8Array | null {
  const data: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      data.push(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  return bits >= 5 || held !== 0 ? null : Uint8Array.from(data);
}
