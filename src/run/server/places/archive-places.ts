import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, decodeUtf8, encodeUtf8, hasCode } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import { StorageError } from '#base/storage/index.ts';
import type { Objects } from '#base/storage/index.ts';
import type { ObjectsPlace } from '#declare/template/index.ts';
import { SEGMENT_PREFIX } from '#flow/store/index.ts';
import { openPlace } from '../backup/open-place.ts';
import type { BackupPlace } from '../backup/open-place.ts';
import { parseS3Credentials } from '../backup/s3-credentials.ts';
import { GuardedObjects } from './guarded-objects.ts';
import { PatientObjects, PlaceTurns } from './patient-objects.ts';
import type { Patience } from './patient-objects.ts';

/** Object of a place that says whose it is. */
export const MARKER_KEY = 'weir-place.json';

export interface ArchivePlacesParts {
  /** Folder of the data directory with credentials. */
  readonly folder: string;
  readonly deployment: string;
  /** What tells this data directory from another copy of the same platform. */
  readonly holder: string;
  /** Whether it only reads: one process alone changes what lies in places. */
  readonly readOnly: boolean;
  /** How long a place that failed is left alone unless somebody settles it, in milliseconds. */
  readonly restMs: number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** How long is waited for an answer. */
  readonly patience?: Patience;
}

/** A place that cannot be used, and why. */
export interface PlaceProblem {
  readonly place: string;
  readonly problem: string;
}

interface Marker {
  readonly deployment: string;
  readonly holder: string;
}

interface Known {
  /** What it was opened by. */
  readonly declared: string;
  readonly objects: Promise<Objects>;
}

/**
 * The places that a template names, each opened when it is first needed. One that fails is left alone for a while, so
 * that nobody waits for it again and again.
 *
 * A place says whose it is: nothing is read from one of another platform, or of a folder on which nothing is mounted,
 * and only the data directory that holds it changes anything there.
 */
export class ArchivePlaces {
  readonly #parts: ArchivePlacesParts;
  #declared: ReadonlyMap<string, ObjectsPlace> = new Map();
  readonly #known = new Map<string, Known>();
  /** Places that may be read and not changed, and why. */
  readonly #held = new Map<string, string>();
  readonly #failed = new Map<string, { readonly at: number; readonly problem: string }>();
  /** What is under way in each place, however often it was opened. */
  readonly #turns = new Map<string, PlaceTurns>();

  constructor(parts: ArchivePlacesParts) {
    this.#parts = parts;
  }

  /** Has the places of a template count from now on. */
  use(places: Iterable<ObjectsPlace>): void {
    this.#declared = new Map([...places].filter(({ location }) => location !== null).map((each) => [each.name, each]));
    for (const notes of [this.#failed, this.#held])
      for (const name of notes.keys()) if (!this.#declared.has(name)) notes.delete(name);
  }

  /** Places that failed when they were last needed. */
  get problems(): readonly PlaceProblem[] {
    const failed = [...this.#failed].map(([place, { problem }]) => ({ place, problem }));
    return [...failed, ...[...this.#held].map(([place, problem]) => ({ place, problem }))];
  }

  /** Whether a place is declared and did not fail of late. */
  isOpen(name: string): boolean {
    return this.#declared.has(name) && !this.#failed.has(name);
  }

  /** Notes that somebody else found that a place cannot be used. */
  close(name: string): void {
    if (this.isOpen(name)) this.#fail(name, new Error('it could not be read'));
  }

  /** @throws {StorageError} STORAGE_UNAVAILABLE */
  async find(name: string): Promise<Objects> {
    const failed = this.#failed.get(name);
    if (failed !== undefined && this.#parts.nowMs() - failed.at < this.#parts.restMs)
      throw unavailable(name, failed.problem);
    const place = this.#declared.get(name);
    if (place === undefined) throw unavailable(name, 'the template names no such place');
    const declared = canonicalJson(place as unknown as Json);
    const known = this.#known.get(name);
    if (known?.declared === declared) return known.objects;
    const objects = this.#open(place);
    this.#known.set(name, { declared, objects });
    objects.catch(() => this.#known.delete(name));
    return objects;
  }

  /**
   * Makes a place this platform's, where it is nobody's and empty, or tries again what failed.
   *
   * @param isNew whether nothing that the platform stores lies there yet
   * @returns whether it can be used, and is ours to change
   */
  async settle(name: string, isNew: boolean): Promise<boolean> {
    const place = this.#declared.get(name);
    if (place === undefined) return false;
    const { deployment, holder } = this.#parts;
    try {
      const objects = await this.#reach(place);
      const marker = await readMarker(objects);
      const takeOver = join(this.#parts.folder, `${name}.take-over`);
      const isOurs = marker === null ? isNew && (await isEmpty(objects)) : await this.#mayTake(marker, takeOver);
      if (isOurs) await objects.replace(MARKER_KEY, encodeUtf8(formatMarker({ deployment, holder })));
      await rm(takeOver, { force: true });
      this.#known.delete(name);
      this.#failed.delete(name);
      await this.find(name);
      // Another copy may delete what lies there: nothing here is given up for it.
      return !this.#held.has(name);
    } catch (error) {
      this.#fail(name, error);
      return false;
    }
  }

  /** Whether somebody said that another copy of this platform is no more. */
  async #mayTake({ deployment, holder }: Marker, takeOver: string): Promise<boolean> {
    if (deployment !== this.#parts.deployment || holder === this.#parts.holder) return false;
    return stat(takeOver).then(
      () => true,
      () => false,
    );
  }

  async #open(place: ObjectsPlace): Promise<Objects> {
    const { name } = place;
    try {
      const objects = await this.#reach(place);
      const marker = await readMarker(objects);
      if (marker === null) throw new Error('nothing there says that it is this platform’s: is it mounted?');
      if (marker.deployment !== this.#parts.deployment) throw new Error('it is the place of another platform');
      const readOnly =
        marker.holder === this.#parts.holder
          ? null
          : `another copy of this platform holds it: where that is no more, make the file ${name}.take-over in the folder places of the data directory`;
      if (readOnly === null) this.#held.delete(name);
      else this.#held.set(name, readOnly);
      return new GuardedObjects(objects, {
        readOnly: readOnly === null ? null : unavailable(name, readOnly),
        isThere: async () => (await readMarker(objects))?.deployment === this.#parts.deployment,
        fail: (error) => this.#fail(name, error),
      });
    } catch (error) {
      throw this.#fail(name, error);
    }
  }

  async #reach(place: ObjectsPlace): Promise<Objects> {
    const turns = this.#turns.get(place.name) ?? new PlaceTurns(this.#parts.patience);
    this.#turns.set(place.name, turns);
    return new PatientObjects(await turns.run(() => this.#connect(place)), turns);
  }

  async #connect({ location, s3 }: ObjectsPlace): Promise<Objects> {
    if (s3 === undefined) {
      if (!(await stat(location ?? '').catch(() => null))?.isDirectory()) throw new Error('there is no such directory');
      return openPlace({ location: location ?? '' }, { readOnly: this.#parts.readOnly });
    }
    const { credentials: file, ...access } = s3;
    const text = await readFile(join(this.#parts.folder, file), 'utf8').catch(() => {
      throw new Error(`the file places/${file} of the data directory is not there`);
    });
    const credentials = parseS3Credentials(text);
    if (credentials === null) throw new Error(`places/${file} has no aws_access_key_id or aws_secret_access_key`);
    const place: BackupPlace = { location: location ?? '', s3: { ...access, credentials } };
    return openPlace(place, { readOnly: this.#parts.readOnly });
  }

  #fail(name: string, error: unknown): StorageError {
    const problem = error instanceof Error ? error.message : String(error);
    this.#known.delete(name);
    this.#held.delete(name);
    this.#failed.set(name, { at: this.#parts.nowMs(), problem });
    return hasCode(error, 'STORAGE_UNAVAILABLE') ? (error as StorageError) : unavailable(name, problem, error);
  }
}

function unavailable(name: string, problem: string, cause?: unknown): StorageError {
  return new StorageError('STORAGE_UNAVAILABLE', `Cannot use place ${name}: ${problem}`, {
    cause,
    hint: 'It is tried again; see `weir status`. What is not archived can be asked for meanwhile, by a condition on `time`',
  });
}

async function isEmpty(objects: Objects): Promise<boolean> {
  for await (const key of objects.list('')) {
    const what = key.startsWith(SEGMENT_PREFIX) ? 'segments that are not this platform’s' : 'something else';
    throw new Error(`it holds ${what}: name an empty place`);
  }
  return true;
}

/** Untrusted: whoever can write to the place may have written it. */
async function readMarker(objects: Objects): Promise<Marker | null> {
  if ((await objects.size(MARKER_KEY)) === null) return null;
  const bytes = await objects.read(MARKER_KEY);
  try {
    const value = JSON.parse(decodeUtf8(bytes)) as Record<string, unknown>;
    return { deployment: String(value['deployment']), holder: String(value['holder']) };
  } catch {
    return { deployment: '', holder: '' };
  }
}

function formatMarker({ deployment, holder }: Marker): string {
  return `${JSON.stringify({ format: 'weir.place', version: 1, deployment, holder })}\n`;
}
