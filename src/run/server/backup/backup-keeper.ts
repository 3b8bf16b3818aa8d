import { encodeUtf8, formatMicros, makeId, micros, toBase64 } from '#base/core/index.ts';
import type { AuditSink, Log } from '#base/core/index.ts';
import { mayStand } from '#declare/policy/index.ts';
import type { RegionTransfer } from '#declare/policy/index.ts';
import type { BackupTrial } from '#assure/controls/index.ts';
import { AEAD_KEY_LENGTH, sha256Hex } from '#base/crypto/index.ts';
import type { Catalogue, Objects, RowSealer } from '#base/storage/index.ts';
import { BackupError, DESCRIPTION_KEY, RING_KEY } from '#flow/store/index.ts';
import type { BackupManifest, OpenEnvelope } from '#flow/store/index.ts';
import { problemOf } from '../api/problem.ts';
import { BackupTargets } from './backup-targets.ts';
import type { BackupTarget } from './backup-targets.ts';
import type { BackupPlace } from './open-place.ts';
import { PatientPlaces } from './patient-places.ts';
import { formatDescription, readDescription, readSnapshot } from './read-snapshot.ts';
import { snapshotsInForce } from './snapshots-in-force.ts';
import type { SnapshotInForce } from './snapshots-in-force.ts';
import { destroyedKeys, tryTargets } from './try-targets.ts';
import { writeSnapshot } from './write-snapshot.ts';
import type { SnapshotParts } from './write-snapshot.ts';

export interface BackupParts extends SnapshotParts {
  readonly tables: Catalogue;
  readonly sealer: RowSealer;
  readonly audit: AuditSink;
  readonly log: Log;
  /** Regions that what is backed up has to stay in, the transfers between regions that are in force, and where this stands. */
  readonly regions: () => Promise<readonly string[]>;
  readonly transfers: () => readonly RegionTransfer[];
  readonly stands: () => string | null;
  /** Opens what `sign` signed. */
  readonly open: () => Promise<OpenEnvelope>;
  readonly places?: PatientPlaces;
  /** Hears that a target has the state of now. */
  readonly onDone?: () => void;
}

export interface BackupRequest {
  readonly place: BackupPlace;
  /** Reads again what is there, and mends it. */
  readonly check: boolean;
  /** Goes on with a backup of this platform that somebody else wrote last. */
  readonly takeOver: boolean;
}

/** A backup under way, or what became of it. */
export interface BackupRun {
  readonly id: string;
  readonly target: string;
  readonly state: 'running' | 'done' | 'failed';
  /** Bytes of segments. */
  readonly done: number;
  readonly total: number;
  readonly result: {
    readonly snapshot: string;
    readonly at: string;
    readonly segments: number;
    readonly bytes: number;
    readonly copied: number;
    readonly copied_bytes: number;
    /** Segments whose objects here are damaged or missing, and that the backup does not have either. */
    readonly missing: readonly string[];
    readonly log_size: number;
  } | null;
  readonly failure: { readonly code: string; readonly detail: string; readonly hint?: string } | null;
}

/** A target as it is shown. Times are RFC 3339. */
export interface ShownTarget {
  readonly id: string;
  readonly location: string;
  /** Where it stands; null where nothing says. */
  readonly region: string | null;
  readonly created: string;
  readonly last: {
    readonly snapshot: string;
    readonly at: string;
    readonly segments: number;
    readonly bytes: number;
    readonly log_size: number;
  } | null;
  readonly behind: string | null;
}

/** Whether a target has let go of what was erased. */
export interface Confirmation {
  readonly target: string;
  readonly confirmed: boolean;
}

/** Runs whose end is remembered. */
const MOST_RUNS = 64;
const ACTOR = 'weir:backup';

/** Backups of the running platform: where they are, making them, and having erasures reach them. */
export class BackupKeeper {
  readonly #parts: BackupParts;
  readonly #targets: BackupTargets;
  readonly #places: PatientPlaces;
  readonly #runs = new Map<string, BackupRun>();
  /** Destructions of keys that every target has heard of, or been noted as behind. */
  #seen = 0;
  /** Whether this start has looked for what a platform that ended destroyed and had not told its targets. */
  #lookedBack = false;
  /** What is under way, by target. */
  readonly #working = new Map<string, Promise<unknown>>();

  private constructor(parts: BackupParts, targets: BackupTargets) {
    this.#parts = parts;
    this.#targets = targets;
    this.#places = parts.places ?? new PatientPlaces();
  }

  static async open(parts: BackupParts): Promise<BackupKeeper> {
    return new BackupKeeper(parts, await BackupTargets.open(parts.tables, parts.sealer));
  }

  /** Where this platform is backed up to, oldest first. */
  list(): Promise<readonly BackupTarget[]> {
    return this.#targets.list();
  }

  /** The same for those who ask: without anything that opens. `behind` is since when an erasure has not reached it. */
  async show(): Promise<readonly ShownTarget[]> {
    return (await this.list()).map(({ id, created, place, last, behind }) => ({
      id,
      location: place.location,
      region: this.#regionOf(place),
      created: formatMicros(micros(created)),
      last:
        last === null
          ? null
          : {
              snapshot: last.snapshot,
              at: last.at,
              segments: last.segments,
              bytes: last.bytes,
              log_size: last.logSize,
            },
      behind: behind === null ? null : formatMicros(micros(behind)),
    }));
  }

  /**
   * Begins a backup; what becomes of it is told by `run`.
   *
   * @throws {BackupError} BACKUP_LOCATION_INVALID, BACKUP_REGION_REFUSED, BACKUP_TARGET_TAKEN, BACKUP_TARGET_CONFLICT,
   *   BACKUP_MISSING, BACKUP_BUSY
   */
  async create(actor: string, request: BackupRequest): Promise<BackupRun> {
    await this.#requireRegion(request.place);
    const objects = await this.#places.open(request.place);
    const target = await this.#settleTarget(objects, request);
    if (this.#working.has(target.id)) throw busy(target.id);
    const run: BackupRun = {
      id: makeId(this.#parts.clock, this.#parts.random),
      target: target.id,
      state: 'running',
      done: 0,
      total: 0,
      result: null,
      failure: null,
    };
    this.#note(run);
    // Whoever asked hears of its end by asking again.
    void this.#alone(target.id, () => this.#write(actor, target, objects, request, run)).catch(() => undefined);
    return run;
  }

  /** Where a place stands: a directory where the platform does, unless it is said; a bucket where it is said. */
  #regionOf({ location, standsIn }: BackupPlace): string | null {
    return standsIn ?? (location.startsWith('s3://') ? null : this.#parts.stands());
  }

  /** Every place with where it stands, opened to be looked at. */
  async places(): Promise<
    readonly { readonly target: string; readonly region: string | null; readonly open: () => Promise<Objects> }[]
  > {
    return (await this.list()).map(({ id, place }) => ({
      target: id,
      region: this.#regionOf(place),
      open: () => this.#places.open(place, { readOnly: true }),
    }));
  }

  async #requireRegion(place: BackupPlace): Promise<void> {
    const at = this.#regionOf(place);
    const transfers = this.#parts.transfers();
    const kept = (await this.#parts.regions()).find((region) => !mayStand(region, at, transfers));
    if (kept === undefined) return;
    const where = at === null ? 'nothing says where it stands' : `it stands in ${at}`;
    throw new BackupError(
      'BACKUP_REGION_REFUSED',
      `Cannot back up to ${place.location}: readings have to stay in ${kept}, and ${where}`,
      { hint: 'Name a place there, say where it stands with --stands-in, or have a transfer recorded' },
    );
  }

  /** A backup of before, or under way. @throws {BackupError} BACKUP_TARGET_UNKNOWN */
  run(id: string): BackupRun {
    const run = this.#runs.get(id);
    if (run !== undefined) return run;
    throw new BackupError(
      'BACKUP_TARGET_UNKNOWN',
      `Cannot show backup ${id}: none with this id was made since the start`,
      {
        hint: 'See what there is with `npm run -s weir -- backup list`',
      },
    );
  }

  /** Looks at every target as it lies there. */
  async trial(): Promise<readonly BackupTrial[]> {
    const { open, custody, clock, random } = this.#parts;
    const places = this.#places;
    return tryTargets({ targets: await this.list(), places, open: await open(), custody, clock, random });
  }

  /** What every target has now. */
  async snapshots(): Promise<readonly SnapshotInForce[]> {
    return snapshotsInForce(await this.list(), this.#places, await this.#parts.open());
  }

  /** What becomes of a backup that is under way. */
  async end(id: string): Promise<BackupRun> {
    await this.#working.get(this.run(id).target)?.catch(() => undefined);
    return this.run(id);
  }

  /** Erasures need not reach a target any more: it was destroyed. Nothing there is touched. */
  async forget(actor: string, id: string): Promise<void> {
    if (!(await this.list()).some((target) => target.id === id)) {
      throw new BackupError('BACKUP_TARGET_UNKNOWN', `Cannot forget target ${id}: there is none with this id`, {
        hint: 'See those there are with `npm run -s weir -- backup list`',
      });
    }
    if (this.#working.has(id)) throw busy(id);
    await this.#parts.audit.append({ actor, action: 'forget-backup', resource: `backup:${id}`, outcome: 'done' });
    await this.#targets.forget(id);
  }

  /**
   * Brings every target to the state of this moment, so that no copy opens what was erased here.
   *
   * @returns for each target whether that was done
   */
  async refresh(): Promise<readonly Confirmation[]> {
    return this.#reach(await this.list());
  }

  /**
   * Tries again what could not be reached, and brings up to date what has not heard of a destroyed key.
   *
   * @returns for each such target whether that was done
   */
  async catchUp(): Promise<readonly Confirmation[]> {
    const destructions = this.#parts.keys.destructions;
    if (destructions !== this.#seen) return this.refresh();
    const targets = await this.list();
    const missed = this.#lookedBack ? new Set() : await this.#missed(targets);
    this.#lookedBack = true;
    return this.#reach(targets.filter(({ id, behind }) => behind !== null || missed.has(id)));
  }

  /** Targets that open what was destroyed here, or may: destructions are counted anew at each start. */
  async #missed(targets: readonly BackupTarget[]): Promise<ReadonlySet<string>> {
    const [destroyed, open] = await Promise.all([destroyedKeys(this.#parts.custody), this.#parts.open()]);
    const missed = new Set<string>();
    for (const { id, place, last } of targets) {
      if (last === null) continue;
      const isSound = await this.#places
        .open(place, { readOnly: true })
        .then((objects) => readSnapshot(objects, () => open))
        .then(
          ({ ring }) => destroyed(ring).length === 0,
          () => false,
        );
      if (!isSound) missed.add(id);
    }
    return missed;
  }

  async #reach(targets: readonly BackupTarget[]): Promise<readonly Confirmation[]> {
    this.#seen = this.#parts.keys.destructions;
    const confirmations: Confirmation[] = [];
    for (const target of targets) {
      const { id, rings } = target;
      // One that a crash kept from coming about has nothing that opens.
      if (rings.length === 0 && !this.#working.has(id)) continue;
      // Noted first: a crash before it is reached leaves it to be tried again.
      if (target.behind === null) await this.#targets.put({ ...target, behind: this.#parts.clock.now() });
      // One that is under way may have begun before.
      await this.#working.get(id)?.catch(() => undefined);
      const run = await this.#renew(target).catch((error: unknown) => {
        this.#parts.log.error({ target: id, error: String(error) }, 'a backup could not be brought up to date');
        return null;
      });
      const end = run === null ? null : await this.end(run.id);
      confirmations.push({ target: id, confirmed: end?.state === 'done' });
    }
    return confirmations;
  }

  /** @throws {BackupError} BACKUP_MISSING where the place has it no more: what is begun there anew confirms nothing of it */
  async #renew({ id, place }: BackupTarget): Promise<BackupRun> {
    const found = await readDescription(await this.#places.open(place, { readOnly: true }));
    if (found?.id !== id) throw isAway(id, place);
    return this.create(ACTOR, { place, check: false, takeOver: false });
  }

  async #write(
    actor: string,
    target: BackupTarget,
    objects: Objects,
    { check }: BackupRequest,
    run: BackupRun,
  ): Promise<void> {
    const { audit, log } = this.#parts;
    const entry = { actor, action: 'create-backup', resource: `backup:${target.id}` } as const;
    try {
      await audit.append({ ...entry, outcome: 'allowed' });
      const written = await writeSnapshot(this.#parts, {
        target: target.id,
        key: target.key,
        to: objects,
        before: check ? null : await this.#manifestOf(objects, target),
        check,
        onProgress: (done, total) => this.#note({ ...this.#runs.get(run.id)!, done, total }),
        onRing: (ring) => this.#targets.put({ ...target, rings: [...target.rings.slice(-1), ring] }),
      });
      const { last, ring, manifest, copied, copiedBytes } = written;
      await this.#targets.put({ ...target, last, rings: [ring], behind: null });
      const { snapshot, segments, bytes } = last;
      const detail = { snapshot, segments, bytes, log: last.logSize, missing: manifest.missing.length };
      await audit.append({ ...entry, outcome: 'done', digest: ring, detail });
      this.#note({
        ...this.#runs.get(run.id)!,
        state: 'done',
        result: {
          snapshot,
          at: last.at,
          segments,
          bytes,
          copied,
          copied_bytes: copiedBytes,
          missing: manifest.missing,
          log_size: last.logSize,
        },
      });
      this.#parts.onDone?.();
    } catch (error) {
      const { code, detail, hint } = problemOf(error);
      log.error({ target: target.id, code, error: String(error) }, 'a backup could not be brought to its end');
      this.#note({
        ...this.#runs.get(run.id)!,
        state: 'failed',
        failure: { code, detail, ...(hint === undefined ? {} : { hint }) },
      });
      await audit.append({ ...entry, outcome: 'failed', reason: code }).catch(() => undefined);
      throw error;
    }
  }

  /** The manifest that is there, whose files need not be stored again; null where it cannot be believed. */
  async #manifestOf(objects: Objects, target: BackupTarget): Promise<BackupManifest | null> {
    if (target.last === null) return null;
    const open = await this.#parts.open();
    return readSnapshot(objects, () => open).then(
      ({ manifest }) => manifest,
      () => null,
    );
  }

  /** The target that a place is, or becomes: of this platform, and last written by it. */
  async #settleTarget(objects: Objects, { place, takeOver }: BackupRequest): Promise<BackupTarget> {
    const { clock, random, deployment } = this.#parts;
    const description = await readDescription(objects);
    const fresh = { created: clock.now(), place, last: null, rings: [], behind: null };
    if (description === null) {
      for await (const _key of objects.list('')) {
        throw new BackupError('BACKUP_TARGET_TAKEN', `Cannot back up to ${place.location}: it holds something else`, {
          hint: 'Name an empty place, or one that this platform was backed up to before',
        });
      }
      // A disk that is not there leaves an empty folder: another backup in its place would pass for the one that is away.
      const away = (await this.list()).find((one) => one.place.location === place.location && one.rings.length > 0);
      if (away !== undefined) throw isAway(away.id, place);
      const target = { ...fresh, id: makeId(clock, random), key: toBase64(random.bytes(AEAD_KEY_LENGTH)) };
      // Known here first: a place that nobody knows of would not be reached by erasures.
      await this.#targets.put(target);
      await objects.put(DESCRIPTION_KEY, encodeUtf8(formatDescription({ id: target.id, deployment })));
      return target;
    }
    if (description.deployment !== deployment) {
      throw new BackupError(
        'BACKUP_TARGET_TAKEN',
        `Cannot back up to ${place.location}: it holds the backup of another platform`,
        { hint: 'Name a place of its own for each platform' },
      );
    }
    const known = (await this.list()).find(({ id }) => id === description.id);
    const found = (await objects.size(RING_KEY)) === null ? null : sha256Hex(await objects.read(RING_KEY));
    const isOurs = known !== undefined && (found === null || known.rings.includes(found));
    if (isOurs) return { ...known, place };
    if (!takeOver) {
      throw new BackupError(
        'BACKUP_TARGET_CONFLICT',
        `Cannot back up to ${place.location}: another copy of this platform wrote there last`,
        {
          hint: 'Keep it for a restore and name another place; --take-over replaces what is there by the state of here',
        },
      );
    }
    const target = { ...fresh, id: description.id, key: toBase64(random.bytes(AEAD_KEY_LENGTH)) };
    await this.#targets.put(target);
    return target;
  }

  #alone(id: string, work: () => Promise<void>): Promise<void> {
    const done = work().finally(() => this.#working.delete(id));
    this.#working.set(id, done);
    return done;
  }

  #note(run: BackupRun): void {
    this.#runs.set(run.id, run);
    for (const [id, { state }] of this.#runs) {
      if (this.#runs.size <= MOST_RUNS) break;
      if (state !== 'running') this.#runs.delete(id);
    }
  }
}

function isAway(id: string, { location }: BackupPlace): BackupError {
  return new BackupError('BACKUP_MISSING', `Cannot back up to ${location}: target ${id} was there and is not now`, {
    hint: 'Bring it back, or destroy what is left of it and forget it: npm run -s weir -- backup forget TARGET',
  });
}

function busy(id: string): BackupError {
  return new BackupError('BACKUP_BUSY', `Cannot back up to target ${id}: a backup is under way there`, {
    hint: 'Wait for its end: npm run -s weir -- backup list',
  });
}
