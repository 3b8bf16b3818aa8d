import { addressPrefix } from './address-prefix.ts';

/** How many TLS handshakes a worker has under way at once, from everywhere and from one network. */
export interface HandshakeBounds {
  readonly total: number;
  readonly perSource: number;
}

/**
 * Bounds the handshakes under way: each costs a signature and holds memory before anybody is known.
 *
 * A network that fills its own share is turned away while the others still have room.
 */
export class HandshakeGate {
  readonly #bounds: HandshakeBounds;
  readonly #bySource = new Map<string, number>();
  #total = 0;

  constructor(bounds: HandshakeBounds) {
    this.#bounds = bounds;
  }

  /** Takes a place; the function gives it back and may be called more than once. Null where there is none. */
  enter(address: string | undefined): (() => void) | null {
    const source = addressPrefix(address);
    const here = this.#bySource.get(source) ?? 0;
    if (this.#total >= this.#bounds.total || here >= this.#bounds.perSource) return null;
    this.#total++;
    this.#bySource.set(source, here + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#total--;
      const left = (this.#bySource.get(source) ?? 1) - 1;
      if (left === 0) this.#bySource.delete(source);
      else this.#bySource.set(source, left);
    };
  }

  get underWay(): number {
    return this.#total;
  }
}
