import { encodeUtf8 } from '#base/core/index.ts';
import { sha256 } from '#base/crypto/index.ts';

/** Texts whose numbers are remembered. */
const MOST_KNOWN = 4_096;
const BITS_26 = 0x4_000_000;

/** Numbers of texts: the same for the same text wherever it is asked, so that a state may be gone on from. */
export class Categories {
  readonly #known = new Map<string, number>();
  readonly #texts = new Map<number, string>();

  /** The first 52 bits of a digest: texts are told apart, and none stands in a state. */
  numberOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const digest = sha256(encodeUtf8(text));
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    const number = (view.getUint32(0) >>> 6) * BITS_26 + (view.getUint32(4) >>> 6);
    if (this.#known.size >= MOST_KNOWN) {
      this.#known.clear();
      this.#texts.clear();
    }
    this.#known.set(text, number);
    this.#texts.set(number, text);
    return number;
  }

  /** The text of a number, as long as it is remembered; else null. */
  textOf(number: number): string | null {
    return this.#texts.get(number) ?? null;
  }
}
