import type { Objects } from '#base/storage/index.ts';
import { PATIENCE, PatientObjects, PlaceTurns } from '../places/patient-objects.ts';
import type { Patience } from '../places/patient-objects.ts';
import { openPlace } from './open-place.ts';
import type { BackupPlace } from './open-place.ts';

/** One thread is left for all else. */
const BACKUP_PATIENCE: Patience = { ...PATIENCE, atOnce: 3 };

/**
 * Opens places of backups so that one which hangs is waited for once, however often it is opened, and so that what a backup
 * is writing stays when somebody else comes to its place.
 */
export class PatientPlaces {
  readonly #patience: Patience;
  readonly #turns = new Map<string, PlaceTurns>();
  /** First openings for writing, by location: they remove what a platform that ended left unfinished. */
  readonly #first = new Map<string, Promise<Objects>>();

  constructor(patience: Patience = BACKUP_PATIENCE) {
    this.#patience = patience;
  }

  /** @throws what `openPlace` throws; {StorageError} STORAGE_UNAVAILABLE where it does not answer */
  async open(place: BackupPlace, options: { readonly readOnly?: boolean } = {}): Promise<Objects> {
    const turns = this.#turns.get(place.location) ?? new PlaceTurns(this.#patience);
    this.#turns.set(place.location, turns);
    return new PatientObjects(await turns.run(() => this.#open(place, options.readOnly === true)), turns);
  }

  async #open(place: BackupPlace, readOnly: boolean): Promise<Objects> {
    if (readOnly) return openPlace(place, { readOnly });
    const first = this.#first.get(place.location);
    if (first !== undefined) {
      await first;
      return openPlace(place, { again: true });
    }
    const opening = openPlace(place);
    this.#first.set(place.location, opening);
    return opening.catch((error: unknown) => {
      this.#first.delete(place.location);
      throw error;
    });
  }
}
