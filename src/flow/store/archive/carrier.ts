import { hasCode } from '#base/core/index.ts';
import type { Log } from '#base/core/index.ts';
import type { SegmentPublisher } from '../ports.ts';
import type { Segment } from '../segment.ts';
import { placeOf } from './place-key.ts';
import type { PlacedObjects } from './placed-objects.ts';

/** The places that segments are archived in. */
export interface Places {
  isOpen(place: string): boolean;
  /** Places that failed when they were last needed, and why. */
  readonly problems: readonly { readonly place: string; readonly problem: string }[];
  /**
   * Opens a place, anew where it failed before.
   *
   * @param isNew whether nothing that is stored lies there yet, so that it may be made ours
   * @returns whether it can be used
   */
  settle(place: string, isNew: boolean): Promise<boolean>;
}

export interface CarrierParts {
  readonly objects: PlacedObjects;
  readonly publisher: Pick<SegmentPublisher, 'active' | 'replacedBefore'>;
  readonly places: Places;
  readonly log: Log;
}

/** So many steps from one look at places that are in use to the next: what is away is told of before somebody needs it. */
const LOOK_EVERY = 12;

/** Carries what lies here and belongs elsewhere, and tries places again that failed. */
export class Carrier {
  readonly #parts: CarrierParts;
  readonly #settled = new Set<string>();
  #waiting = 0;
  #steps = 0;

  constructor(parts: CarrierParts) {
    this.#parts = parts;
  }

  /** Objects that wait to be carried, as of the last step. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Carries what can be carried now. @returns how many objects */
  async step(): Promise<number> {
    const { objects, publisher, places } = this.#parts;
    const here = new Set(await Array.fromAsync(objects.waiting()));
    const names = new Set([...here].map(nameOf));
    for (const { place } of places.problems) names.add(place);
    this.#waiting = here.size;
    const isLook = this.#steps % LOOK_EVERY === 0;
    this.#steps += 1;
    if (names.size === 0 && !isLook) return 0;
    const active = await publisher.active();
    if (isLook) for (const { objectKey } of active) if (placeOf(objectKey) !== null) names.add(nameOf(objectKey));
    const stored = [...active, ...(await publisher.replacedBefore(Infinity))];
    let carried = 0;
    for (const name of names) {
      const own = stored.filter(({ objectKey }) => placeOf(objectKey)?.place === name);
      if (isLook || !this.#settled.has(name) || !places.isOpen(name)) {
        const isNew = own.every(({ objectKey }) => here.has(objectKey));
        if (!(await places.settle(name, isNew))) continue;
        this.#settled.add(name);
      }
      // What is not published yet is carried afterwards; what was replaced goes where it lies.
      carried += await this.#carryAll(
        active.filter(({ objectKey }) => nameOf(objectKey) === name && here.has(objectKey)),
      );
    }
    this.#waiting -= carried;
    return carried;
  }

  async #carryAll(segments: readonly Segment[]): Promise<number> {
    const { objects, log } = this.#parts;
    let carried = 0;
    for (const segment of segments) {
      const { id, objectKey } = segment;
      try {
        const outcome = await objects.carry(objectKey, segment);
        if (outcome === 'carried') carried += 1;
        else if (outcome !== 'gone') log.error({ segment: id, outcome }, 'a segment could not be carried to its place');
      } catch (error) {
        const code = hasCode(error, 'STORAGE_UNAVAILABLE') ? 'STORAGE_UNAVAILABLE' : 'unknown';
        log.warn({ segment: id, code, err: error }, 'a segment waits to be carried to its place');
        return carried;
      }
    }
    return carried;
  }
}

function nameOf(objectKey: string): string {
  return placeOf(objectKey)?.place ?? '';
}
