import type { Log } from '#base/core/index.ts';
import { mayCover } from '#flow/store/index.ts';
import type { Hold, Segment } from '#flow/store/index.ts';

export interface HoldConditionParts {
  /** How many readings of a segment meet a condition. @throws where that cannot be told */
  readonly count: (segment: Segment, condition: string) => Promise<number>;
  readonly log: Log;
}

/**
 * Which segments have a reading that a hold by a condition is about. A segment is looked at once for each hold, since
 * neither changes; what cannot be looked at is held.
 */
export class HoldConditions {
  readonly #parts: HoldConditionParts;
  /** Segments by hold: those that have no such reading, and those that have one. */
  readonly #cleared = new Map<string, Set<string>>();
  readonly #kept = new Map<string, Set<string>>();

  constructor(parts: HoldConditionParts) {
    this.#parts = parts;
  }

  /** Holds with what is known of them. */
  known(holds: readonly Hold[]): readonly Hold[] {
    return holds.map((hold) => (hold.where === undefined ? hold : { ...hold, cleared: this.#clearedBy(hold.id) }));
  }

  /**
   * Looks at segments that were not looked at before.
   *
   * @returns whether more is known than before
   */
  async weigh(holds: readonly Hold[], segments: readonly Segment[]): Promise<boolean> {
    let isNew = false;
    for (const hold of holds) {
      if (hold.where === undefined) continue;
      const [cleared, kept] = [this.#clearedBy(hold.id), setOf(this.#kept, hold.id)];
      for (const segment of segments) {
        if (!mayCover(segment, hold) || cleared.has(segment.id) || kept.has(segment.id)) continue;
        try {
          const count = await this.#parts.count(segment, hold.where);
          (count === 0 ? cleared : kept).add(segment.id);
          isNew = true;
        } catch (error) {
          this.#parts.log.warn(
            { hold: hold.id, segment: segment.id, error: String(error) },
            'a held segment could not be looked at',
          );
        }
      }
    }
    return isNew;
  }

  #clearedBy(hold: string): Set<string> {
    return setOf(this.#cleared, hold);
  }
}

function setOf(sets: Map<string, Set<string>>, name: string): Set<string> {
  const known = sets.get(name);
  if (known !== undefined) return known;
  const made = new Set<string>();
  sets.set(name, made);
  return made;
}
