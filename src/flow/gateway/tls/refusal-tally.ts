import { addressPrefix } from './address-prefix.ts';
import type { PeerSource } from './peer-source.ts';

/** Networks that are told apart within one interval; those beyond count together as `other`. */
export const MAX_TALLIED_SOURCES = 4_096;

/** How often one listener refused one network for one reason since the last drain. */
export interface RefusalCount {
  readonly listener: string;
  readonly reason: string;
  /** An address prefix such as `192.0.2.0/24`, or `other`. */
  readonly source: string;
  /** Whether the platform itself was refused, while it tried itself. */
  readonly own: boolean;
  readonly count: number;
}

type Counted = { -readonly [Key in keyof RefusalCount]: RefusalCount[Key] };

/**
 * Counts refusals by listener, reason and network, so that a flood costs one line a second and network.
 *
 * Memory is bounded by `MAX_TALLIED_SOURCES` networks times the listeners and reasons, both closed sets.
 */
export class RefusalTally {
  readonly #sources = new Map<string, Map<string, Omit<Counted, 'source'>>>();

  /** @param from where the peer comes from; only its network is kept */
  add(listener: string, reason: string, { address, own }: PeerSource): void {
    const prefix = addressPrefix(address);
    const source = this.#sources.has(prefix) || this.#sources.size < MAX_TALLIED_SOURCES ? prefix : 'other';
    let kinds = this.#sources.get(source);
    if (kinds === undefined) this.#sources.set(source, (kinds = new Map()));
    const key = `${listener} ${reason} ${own}`;
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { listener, reason, own, count: 1 });
    else kind.count++;
  }

  /** What was counted since the last call, most frequent first. */
  drain(): RefusalCount[] {
    const counts: Counted[] = [];
    for (const [source, kinds] of this.#sources) {
      for (const kind of kinds.values()) counts.push({ ...kind, source });
    }
    this.#sources.clear();
    return counts.sort((a, b) => b.count - a.count);
  }
}
