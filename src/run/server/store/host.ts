import type { AuditSink, Json, LateAuditSink, Log, Millis } from '#base/core/index.ts';
import { templateToJson } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';
import type {
  FileOffsets,
  Hold,
  ServedTail,
  StoreProgress,
  StoreStatus,
  SubjectReadings,
  SubjectRows,
  SubjectSpan,
  SubjectSearch,
} from '#flow/store/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { JournalDamages } from '../control/journal-damages.ts';
import type { SegmentHost } from '../control/segment-host.ts';
import type { DataDirectory } from '../data-directory.ts';
import { logLevel } from '../log.ts';
import { KEPT_MEMORY } from '../process/kept-memory.ts';
import { SupervisedProcess } from '../process/supervised-process.ts';
import type { PlacesStart } from '../places/store-archive.ts';
import type { TokenVault } from '../tokens/token-vault.ts';
import type { HandedKey, StoreControlMethods, StoreMethods } from './contract.ts';

export interface StoreHostParts {
  readonly layout: DataDirectory;
  readonly places: PlacesStart;
  readonly keys: KeyRing;
  readonly segments: SegmentHost;
  readonly vault: Pick<TokenVault, 'take'>;
  readonly audit: AuditSink;
  /** For what goes on while the log cannot be written: sealing readings that were taken. */
  readonly owed: LateAuditSink;
  readonly log: Log;
  /** Every version of the template whose readings may still wait in the journal. */
  readonly templates: () => readonly Template[];
  /** The version in force. */
  readonly template: () => Template;
  /** How far the watch is in the journal; null where files need not be kept for it. */
  readonly passed: () => Promise<FileOffsets | null>;
  /** Is told what of the journal can be seen, and how fast it may grow. */
  readonly progressed: (progress: StoreProgress) => void;
  /** Holds that stand; asked anew at each start of the process. */
  readonly holds: () => readonly Hold[];
  /** The processors that it runs on; null for any. */
  readonly processors: readonly number[] | null;
}

/** The store process as control sees it. */
export class StoreHost {
  readonly #process: SupervisedProcess<StoreMethods>;
  readonly #damages: JournalDamages;

  private constructor(process: SupervisedProcess<StoreMethods>, damages: JournalDamages) {
    this.#process = process;
    this.#damages = damages;
  }

  static async start(parts: StoreHostParts): Promise<StoreHost> {
    const { layout, places, log, templates, template, holds, processors } = parts;
    const damages = new JournalDamages(ACTOR, 'journal', parts);
    const process = await SupervisedProcess.start<StoreMethods>({
      name: 'store',
      entry: new URL('process.ts', import.meta.url),
      // Threads of the collector would not give way as sealing does: as many as they are they outweigh the gateway.
      nodeFlags: ['--single-threaded-gc', '--disable-warning=ExperimentalWarning'],
      environment: { ...logLevel(), ...KEPT_MEMORY },
      niceness: NICENESS,
      processors,
      offered: offer(parts, damages),
      start: (peer) => {
        damages.clear();
        const forms: Json[] = templates().map((version) => templateToJson(version));
        const inForce = template().digest;
        const { journal, objects, tail } = layout;
        return peer.call('start', { journal, objects, places, tail, templates: forms, inForce, holds: holds() });
      },
      log,
    });
    return new StoreHost(process, damages);
  }

  get process(): SupervisedProcess<StoreMethods> {
    return this.#process;
  }

  /** Journal files that the store found damaged since it started. */
  get damages(): readonly JournalDamage[] {
    return this.#damages.all;
  }

  /** A damaged file was discarded. */
  forgetDamage(file: string): void {
    this.#damages.forget(file);
  }

  /** Tells that the journal grew. */
  wake(): void {
    void this.#process.peer.then((peer) => peer.tell('wake', null)).catch(() => undefined);
  }

  async useTemplate(template: Template): Promise<void> {
    await (await this.#process.peer).call('template', templateToJson(template));
  }

  /** Other holds stand. */
  async useHolds(holds: readonly Hold[]): Promise<void> {
    await (await this.#process.peer).call('holds', holds);
  }

  /** Readings of a stream that no segment has at a version. */
  async snapshot(stream: string, columns: readonly string[], version: number): Promise<ServedTail> {
    return (await this.#process.peer).call('snapshot', { stream, columns, version });
  }

  /** Seals what waits, of one stream or of all. */
  async flush(stream: string | null = null): Promise<void> {
    await (await this.#process.peer).call('flush', stream);
  }

  async compact(): Promise<number> {
    return (await this.#process.peer).call('compact', null);
  }

  /** Where a person is found in one stream. */
  async findSubject(wanted: SubjectRows): Promise<SubjectSearch> {
    return (await this.#process.peer).call('findSubject', wanted);
  }

  /** When which devices sent readings about a person. */
  async subjectSpans(wanted: SubjectRows, most: number): Promise<readonly SubjectSpan[]> {
    return (await this.#process.peer).call('subjectSpans', { wanted, most });
  }

  /** Every reading about a person, up to so many. */
  async readSubject(wanted: SubjectRows, most: number): Promise<SubjectReadings> {
    return (await this.#process.peer).call('readSubject', { wanted, most });
  }

  /** Takes all rows about a person out of the segments. @returns how many went */
  async eraseSubject(subject: SubjectRows, request: string): Promise<number> {
    return (await this.#process.peer).call('eraseSubject', { subject, request });
  }

  /** Deletes what was replaced in some streams so long ago. @returns how many objects */
  async removeReplaced(streams: readonly string[], age: Millis): Promise<number> {
    return (await this.#process.peer).call('removeReplaced', { streams, age });
  }

  /** Removes journal files that hold nothing for the store any more. */
  async releaseFiles(): Promise<void> {
    await (await this.#process.peer).call('releaseFiles', null);
  }

  async status(): Promise<StoreStatus | null> {
    return (await this.#process.peer).call('status', null);
  }

  stop(graceMs: number): Promise<void> {
    return this.#process.stop(graceMs);
  }
}

const ACTOR = 'weir:store';
/** Enough to give way to the gateway, and not so much that readings are seen late; sealing gives way further by itself. */
const NICENESS = 5;

function offer(
  { keys, segments, vault, audit, owed, log, passed, progressed }: StoreHostParts,
  damages: JournalDamages,
): StoreControlMethods {
  return {
    audit: async (event) => {
      if (event.action === 'seal-segment') await owed.appendLate(event);
      else await audit.append(event);
    },
    vault: (records) => vault.take(records),
    journalKey: async (fileId) => {
      const use = { actor: ACTOR, resource: `journal:${fileId}`, unlogged: 'owe' } as const;
      return (await keys.openFileKey(use, fileId))?.exportBytes() ?? null;
    },
    newDataKeys: async ({ stream, columns }) => {
      const made = await keys.newDataKeys(ACTOR, stream, columns);
      return made.map(({ handle, key }): HandedKey => ({ handle, key: key.exportBytes() }));
    },
    unwrapDataKeys: async ({ resource, handles }) => {
      const found = await keys.unwrapDataKeys({ actor: ACTOR, resource }, handles);
      return [...found].map(([handle, key]): HandedKey => ({ handle, key: key.exportBytes() }));
    },
    state: () => segments.state(),
    publish: (publication) => segments.publish(publication),
    replace: (replacement) => segments.replace(replacement),
    retire: (retirement) => segments.retire(retirement),
    saveCursor: (cursor) => segments.saveCursor(cursor),
    active: () => segments.active(),
    visible: async () => {
      const { version, segments: active } = await segments.visible();
      return { version, segments: active };
    },
    replacedBefore: (time) => segments.removableBefore(time),
    forget: (ids) => segments.forget(ids),
    known: (objectKeys) => segments.known(objectKeys),
    passed: () => passed(),
    forgetFiles: (fileIds) => segments.forgetFiles(fileIds),
    progress: (progress) => progressed(progress),
    ended: (error) => log.error(error, 'the store ended'),
    damaged: (damage) => damages.note(damage),
  };
}
