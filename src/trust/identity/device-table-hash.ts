import type { NamedColumn } from '#base/core/index.ts';

const doubles = (): { readonly f: Float64Array; readonly u: Int32Array } => {
  const f = new Float64Array(1);
  return { f, u: new Int32Array(f.buffer) };
};

/**
 * A 32-bit keyed hash over what a reading says, by which a redelivery is told from another reading with its `seq`.
 *
 * It goes over decoded values by field name, nulls left out, so that it comes out the same from a payload, from the
 * journal, and under a template that gained a nullable field. It is no MAC: a device that finds a collision makes one
 * of its own readings count as a duplicate of another of its own.
 */
export class ReadingHash {
  readonly #seed: number;
  readonly #finish: number;
  readonly #names = new Map<string, number>();
  readonly #cell = doubles();
  #hash = 0;

  /** @param key two 32-bit words of randomness that live as long as the windows do */
  constructor(key: readonly [number, number]) {
    this.#seed = key[0] | 0;
    this.#finish = key[1] | 0;
  }

  /** The hash of a field's name: what `row` takes for each of its columns. */
  name(name: string): number {
    let hash = this.#names.get(name);
    if (hash === undefined) {
      hash = mixText(this.#seed ^ 0x5eed, name);
      this.#names.set(name, hash);
    }
    return hash;
  }

  /**
   * Begins a reading; `number`, `boolean` and `text` follow for each value that is not null, then `end`.
   *
   * @param time epoch microseconds where the device gave them, else null: a redelivery has another time of receipt
   */
  begin(time: number | null): void {
    this.#hash = this.#seed;
    if (time !== null) this.#hash = this.#double(this.#seed, time);
  }

  /** @param name `name()` of the field */
  number(name: number, value: number): void {
    this.#hash = this.#double(mix(this.#hash, name), value);
  }

  boolean(name: number, value: number): void {
    this.#hash = mix(mix(this.#hash, name), value);
  }

  text(name: number, value: string): void {
    this.#hash = mixText(mix(this.#hash, name), value);
  }

  /** The hash, never zero. */
  end(): number {
    const hash = finish(mix(this.#hash, this.#finish));
    return hash === 0 ? 1 : hash;
  }

  /**
   * The hash of one row of a batch.
   *
   * @param columns declared fields only, in the template's order
   * @param names `name()` of each column
   */
  row(columns: readonly NamedColumn[], names: Int32Array, row: number, time: number | null): number {
    this.begin(time);
    for (let i = 0; i < columns.length; i++) {
      const data = columns[i]!.data;
      if (data.nulls !== null && data.nulls[row] !== 0) continue;
      if (data.type === 'text') this.text(names[i]!, data.dictionary[data.codes[row]!]!);
      else if (data.type === 'boolean') this.boolean(names[i]!, data.values[row]!);
      else this.number(names[i]!, data.values[row]!);
    }
    return this.end();
  }

  #double(hash: number, value: number): number {
    // Adding zero makes -0 and 0 one value, as they are one to a reader.
    this.#cell.f[0] = value + 0;
    return mix(mix(hash, this.#cell.u[0]!), this.#cell.u[1]!);
  }
}

// MurmurHash3's mixing steps (public domain, A. Appleby).
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

function mixText(hash: number, text: string): number {
  let h = mix(hash, text.length);
  for (let i = 0; i < text.length; i++) h = mix(h, text.charCodeAt(i));
  return h;
}
