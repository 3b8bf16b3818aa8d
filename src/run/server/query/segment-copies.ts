import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes } from '#base/core/index.ts';
import type { ByteCount } from '#base/core/index.ts';
import { Sha256 } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { placeOf, StoreError } from '#flow/store/index.ts';
import type { SealedObject } from '#flow/store/index.ts';
import { ServerError } from '../errors.ts';

export interface SegmentCopiesParts {
  /** Folder for them, emptied at the start. */
  readonly folder: string;
  readonly objects: Objects;
  /** Bytes of all that are there at once. */
  readonly most: ByteCount;
}

/** Bytes of copies that a platform takes at most. */
export const COPIES_MOST = bytes(2 * 1_073_741_824);
/** Bytes that are fetched at a time. */
const STEP = 16_777_216;
/** Bytes that are hashed at a time: others get their turn in between. */
const HASHED = 1_048_576;
const MIB = 1_048_576;

interface Copy {
  readonly size: number;
  readonly ready: Promise<void>;
  users: number;
}

/**
 * Copies of archived segments for query processes, which have no network: fetched when a statement needs one that it
 * has not opened yet, compared with the catalogue, sealed as they are, and deleted once no statement reads them. All of
 * them together never take more than so many bytes.
 */
export class SegmentCopies {
  readonly #parts: SegmentCopiesParts;
  readonly #copies = new Map<string, Copy>();
  /** Copies that are being deleted. */
  readonly #leaving = new Map<string, Promise<void>>();
  /** Who waits for room, first come first. */
  readonly #queue: (() => void)[] = [];
  #held = 0;

  private constructor(parts: SegmentCopiesParts) {
    this.#parts = parts;
  }

  static async open(parts: SegmentCopiesParts): Promise<SegmentCopies> {
    await rm(parts.folder, { recursive: true, force: true });
    await mkdir(parts.folder, { mode: 0o700 });
    return new SegmentCopies(parts);
  }

  /** Where a query process finds a segment while it is held; null for one of the data directory. */
  pathOf({ id, version, objectKey }: SealedObject): string | null {
    return placeOf(objectKey) === null ? null : join(this.#parts.folder, `${id}-${version}.parquet`);
  }

  /** Bytes of all that are there. */
  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Fetches what is not there and keeps it until the result is disposed of. Waits while others take the room.
   *
   * @throws {ServerError} SERVER_ARCHIVE_TOO_LARGE; {StorageError} STORAGE_UNAVAILABLE;
   *   {StoreError} STORE_SEGMENT_DAMAGED, STORE_SEGMENT_MISSING
   */
  async hold(segments: readonly SealedObject[]): Promise<Disposable> {
    const wanted = [...new Map(segments.map((segment) => [this.pathOf(segment), segment])).values()];
    this.#requireSmall(wanted);
    const missing = (): number =>
      wanted.reduce((sum, one) => sum + (this.#copies.has(this.pathOf(one)!) ? 0 : one.size), 0);
    while (this.#held > 0 && this.#held + missing() > this.#parts.most) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    const taken = wanted.map((segment) => this.#take(segment));
    const release = (): void => {
      for (const path of taken.splice(0)) this.#leave(path);
    };
    try {
      await Promise.all(taken.map((path) => this.#copies.get(path)!.ready));
    } catch (error) {
      release();
      throw error;
    }
    return { [Symbol.dispose]: release };
  }

  #requireSmall(wanted: readonly SealedObject[]): void {
    const size = wanted.reduce((sum, one) => sum + one.size, 0);
    if (size <= this.#parts.most) return;
    const [asked, most] = [size, this.#parts.most].map((bytes) => `${Math.ceil(bytes / MIB)} MiB`);
    throw new ServerError(
      'SERVER_ARCHIVE_TOO_LARGE',
      `Cannot run statement: it needs ${wanted.length} archived segments of ${asked} at once, and ${most} are fetched at most`,
      { hint: 'Ask for a shorter span by a condition on `time`' },
    );
  }

  #take(segment: SealedObject): string {
    const path = this.pathOf(segment)!;
    const known = this.#copies.get(path);
    if (known !== undefined) {
      known.users += 1;
      return path;
    }
    const ready = this.#fetch(segment, path);
    ready.catch(() => undefined);
    this.#copies.set(path, { size: segment.size, ready, users: 1 });
    this.#held += segment.size;
    return path;
  }

  #leave(path: string): void {
    const copy = this.#copies.get(path);
    if (copy === undefined) return;
    copy.users -= 1;
    if (copy.users > 0) return;
    this.#copies.delete(path);
    const removed = this.#remove(path, copy);
    this.#leaving.set(path, removed);
  }

  async #remove(path: string, { ready, size }: Copy): Promise<void> {
    await ready.catch(() => undefined);
    await rm(path, { force: true }).catch(() => undefined);
    this.#held -= size;
    // Only where nobody fetches it again meanwhile.
    if (!this.#copies.has(path)) this.#leaving.delete(path);
    for (const next of this.#queue.splice(0)) next();
  }

  async #fetch(segment: SealedObject, path: string): Promise<void> {
    const { objects } = this.#parts;
    const { objectKey, size, digest } = segment;
    await this.#leaving.get(path);
    const found = await objects.size(objectKey);
    if (found === null) {
      throw new StoreError('STORE_SEGMENT_MISSING', `Cannot open segment ${segment.id}: its object is not there`, {
        segment: segment.id,
        hint: 'Restore the object from the newest backup',
      });
    }
    const hash = new Sha256();
    const draft = `${path}.part`;
    try {
      await using file = await open(draft, 'w', 0o600);
      for (let at = 0; at < size && found === size; at += STEP) {
        const part = await objects.read(objectKey, at, Math.min(at + STEP, size));
        for (let step = 0; step < part.length; step += HASHED) {
          hash.update(part.subarray(step, step + HASHED));
          await new Promise(setImmediate);
        }
        await file.writeFile(part);
      }
      if (found !== size || hash.hex() !== digest) {
        throw new StoreError(
          'STORE_SEGMENT_DAMAGED',
          `Cannot open segment ${segment.id}: its object is not what was sealed`,
          { segment: segment.id, hint: `Restore object ${objectKey} from the newest backup` },
        );
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}
