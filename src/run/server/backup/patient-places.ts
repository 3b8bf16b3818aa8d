import type { Objects } from '#base/storage/index.ts';
import { PATIENCE, PatientObjects, PlaceTurns } from '../places/patient-objects.ts';
import type { Patience } from '../places/patient-objects.ts';
import { openPlace } from './open-place.ts';
import type { BackupPlace } from './open-place.ts';

/** One thread is left for all else. */
const BACKUP_PATIENCE: Patience = { ...PATIENCE, atOnce: 3 };

/** Opens places of backups so that one which hangs is waited for once, however often it is opened. */
export class PatientPlaces {
  readonly #patience: Patience;
  readonly #turns = new Map<string, PlaceTurns>();

  constructor(patience: Patience = BACKUP_PATIENCE) {
    this.#patience = patience;
  }

  /** @throws what `openPlace` throws; {StorageError} STORAGE_UNAVAILABLE where it does not answer */
  async open(place: BackupPlace, options: Parameters<typeof openPlace>[1] = {}): Promise<Objects> {
    const turns = this.#turns.get(place.location) ?? new PlaceTurns(this.#patience);
    this.#turns.set(place.location, turns);
    return new PatientObjects(await turns.run(() => openPlace(place, options)), turns);
  }
}
