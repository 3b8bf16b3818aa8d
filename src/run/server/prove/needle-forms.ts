/** The forms in which a text may stand in a file: as bytes may (UTF-8), and in UTF-16. */
export function needleForms(needle: string): readonly Buffer[] {
  return [...byteForms(Buffer.from(needle, 'utf8')), Buffer.from(needle, 'utf16le')];
}

/**
 * The forms in which bytes may stand in a file: as they are, in hex of either case, and in base64.
 *
 * Base64 looks different depending on where in a group of three bytes the text begins, so there are three of them, each
 * without the characters that its neighbours have a part in; and three more in the alphabet for URLs where it differs.
 *
 * @throws {RangeError} for less than eight bytes
 */
export function byteForms(needle: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(needle);
  if (bytes.length < 8) throw new RangeError('a needle of less than eight bytes is found by chance');
  const texts = new Set<string>([bytes.toString('hex'), bytes.toString('hex').toUpperCase()]);
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = Math.ceil((before * 8) / 6);
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const inner = text.slice(start, whole);
    texts.add(inner);
    texts.add(inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [bytes, ...[...texts].map((text) => Buffer.from(text, 'latin1'))];
}
