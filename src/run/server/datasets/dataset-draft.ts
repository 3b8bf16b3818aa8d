import { makeId } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import type { FrozenPiece } from '#flow/query/index.ts';
import { handlesOf } from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { datasetObjectKey } from './dataset.ts';
import type { DatasetObject } from './dataset.ts';
import { deleteObject, sealPiece } from './dataset-rows.ts';
import type { DatasetRowsParts } from './dataset-rows.ts';

export interface DatasetDraftParts extends DatasetRowsParts {
  readonly clock: Clock;
  readonly keys: DatasetRowsParts['keys'] & Pick<KeyRing, 'forgetDataKeys'>;
  /** Keys of objects that no dataset has yet, and that are no leftovers. */
  readonly underWay: Set<string>;
}

type Piece = Omit<FrozenPiece, 'least'> & Partial<Pick<FrozenPiece, 'least'>>;

/** The object that a piece takes the place of, and the revision that it is then. */
interface Place {
  readonly id?: string;
  readonly revision?: number;
}

/**
 * Objects of a dataset that is being made: sealed one by one as their rows come, so that one is held at a time. Until
 * somebody publishes them they are nobody's, and go again with the draft.
 */
export class DatasetDraft implements AsyncDisposable {
  readonly #name: string;
  readonly #parts: DatasetDraftParts;
  readonly #made: DatasetObject[] = [];
  readonly #written: string[] = [];
  readonly #least = new Map<string, number>();
  /** What is being sealed, whatever comes of it. */
  #taking: Promise<void> = Promise.resolve();
  #isPublished = false;

  constructor(name: string, parts: DatasetDraftParts) {
    this.#name = name;
    this.#parts = parts;
  }

  /** In the order in which they were taken. */
  get objects(): readonly DatasetObject[] {
    return this.#made;
  }

  /** The smallest value of a column of times; null where it has none. */
  least(column: string): number | null {
    return this.#least.get(column) ?? null;
  }

  /** Seals a piece and stores it. @param as where it is not a new object */
  take(piece: Piece, as: Place = {}): Promise<DatasetObject> {
    const taken = this.#take(piece, as);
    this.#taking = Promise.allSettled([this.#taking, taken]).then(() => undefined);
    return taken;
  }

  async #take(piece: Piece, as: Place): Promise<DatasetObject> {
    const { clock, random, underWay } = this.#parts;
    const { id = makeId(clock, random), revision = 1 } = as;
    const objectKey = datasetObjectKey(id, revision);
    underWay.add(objectKey);
    this.#written.push(objectKey);
    const object = await sealPiece(piece, { name: this.#name, id, revision }, this.#parts);
    this.#made.push(object);
    for (const [column, time] of Object.entries(piece.least ?? {})) {
      this.#least.set(column, Math.min(time, this.#least.get(column) ?? Infinity));
    }
    return object;
  }

  /** Handles of all its keys, for who keeps them. */
  get handles(): readonly string[] {
    return this.#made.flatMap((object) => handlesOf(object));
  }

  /** They are a dataset's from now on. */
  published(): void {
    this.#isPublished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { keys, objects, underWay } = this.#parts;
    // A statement that is stopped may have left one on its way.
    await this.#taking;
    keys.forgetDataKeys(this.handles);
    for (const objectKey of this.#written) {
      // What cannot be deleted now is swept within the hour; why there is no dataset matters more.
      if (!this.#isPublished) await deleteObject(objects, { objectKey }).catch(() => undefined);
      underWay.delete(objectKey);
    }
  }
}
