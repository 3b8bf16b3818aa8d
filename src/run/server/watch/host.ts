import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SubjectSpan } from '#flow/store/index.ts';
import type { AuditSink, Clock, Log } from '#base/core/index.ts';
import { SealedTable } from '#base/storage/index.ts';
import type { Catalogue, RowSealer } from '#base/storage/index.ts';
import { templateToJson } from '#declare/template/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { JournalCursor } from '#flow/journal/index.ts';
import type { AuditLog } from '#trust/audit/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { KnownBaseline, Finding } from '#watch/detect/index.ts';
import { hasMudPlans } from '#watch/detect/index.ts';
import { WATCH_STATES } from '#watch/respond/index.ts';
import type { DataDirectory } from '../data-directory.ts';
import { logLevel } from '../log.ts';
import { KEPT_MEMORY } from '../process/kept-memory.ts';
import { SupervisedProcess } from '../process/supervised-process.ts';
import type { WatchControlMethods, WatchMethods, WatchReport, WatchStart } from './contract.ts';

export interface WatchHostParts {
  readonly layout: DataDirectory;
  readonly catalogue: Catalogue;
  readonly sealer: RowSealer;
  readonly keys: KeyRing;
  readonly audit: AuditSink & Pick<AuditLog, 'size' | 'verifierKeys'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly template: () => Template;
  /** How far the store is: a watch without a state begins there. */
  readonly storeCursor: () => Promise<JournalCursor>;
  /** Bytes of the journal. */
  readonly journalBytes: () => Promise<number>;
  readonly raise: (findings: readonly Finding[]) => Promise<void>;
  /** The type of a device; null where the inventory has it not. */
  readonly deviceType: (device: string) => Promise<string | null>;
}

const ACTOR = 'weir:watch';
const CURRENT = { name: 'current' } as const;
/** Ingest and queries go first, and the store; a gateway that keeps to its processor cannot make way (decision 166). */
const NICENESS = 12;
/** Bytes of the journal from which on it is not kept for a watch that lags: what it has not read is left out. */
export const MOST_LAG_BYTES = 1_073_741_824;

/**
 * The watch process as control sees it. It runs where a template declares detection, and only then; it starts when the
 * platform runs already, so that nothing waits for it.
 */
export class WatchHost {
  readonly #parts: WatchHostParts;
  readonly #states: SealedTable<typeof WATCH_STATES.key, typeof WATCH_STATES.clear>;
  #process: Promise<SupervisedProcess<WatchMethods>> | null = null;
  /** The same once it has started. */
  #running: SupervisedProcess<WatchMethods> | null = null;
  /** How far the state is that was kept last; null while that is not known: then nothing may go. */
  #cursor: JournalCursor | null = null;
  #shed = 0;
  #stopped = false;

  private constructor(parts: WatchHostParts) {
    this.#parts = parts;
    this.#states = new SealedTable(WATCH_STATES, parts.sealer);
  }

  /** The catalogue must have the tables of the wing. Runs nothing yet. */
  static open(parts: WatchHostParts): WatchHost {
    return new WatchHost(parts);
  }

  /** Whether the template in force wants it. */
  get wanted(): boolean {
    return this.#readsJournal || this.#parts.template().rules !== undefined;
  }

  /** Whether it reads readings, and not the log alone. */
  get #readsJournal(): boolean {
    const template = this.#parts.template();
    return template.detect.size > 0 || hasMudPlans(template);
  }

  /** How it runs; null where it does not. */
  get process(): Pick<SupervisedProcess<WatchMethods>, 'pid' | 'restarts' | 'isAtWork'> | null {
    if (this.#process === null) return null;
    const { pid, restarts = 0, isAtWork = false } = this.#running ?? {};
    return { pid, restarts, isAtWork };
  }

  /** Starts it if the template wants it; does not wait until it runs. */
  begin(): void {
    if (!this.wanted || this.#process !== null || this.#stopped) return;
    const started = this.#start();
    this.#process = started;
    started.then(
      (process) => (this.#running = process),
      (error: unknown) => {
        this.#parts.log.error({ error: String(error) }, 'the watch could not be started');
        this.#process = null;
      },
    );
  }

  /** Another template is in force. */
  async useTemplate(template: Template): Promise<void> {
    if (this.#process === null) {
      this.begin();
      return;
    }
    const peer = await (await this.#process).peer;
    await peer.call('template', templateToJson(template));
  }

  /** Tells that the journal grew. */
  wake(): void {
    void this.#running?.peer.then((peer) => peer.tell('wake', null)).catch(() => undefined);
  }

  /** What is normal for a device; null while the watch does not run. */
  async baseline(device: string): Promise<readonly KnownBaseline[] | null> {
    return this.#process === null ? null : (await (await this.#process).peer).call('baseline', device);
  }

  /**
   * Devices of which something is known from readings of these times. While the watch does not run, its last state counts as
   * knowing of them: there is none where the template watches nothing and never did.
   */
  async knowing(spans: readonly SubjectSpan[]): Promise<number> {
    if (spans.length === 0) return 0;
    if (this.#process !== null) return (await (await this.#process).peer).call('knowing', spans);
    return (await this.#states.get(this.#parts.catalogue, CURRENT)) === null ? 0 : 1;
  }

  /** Forgets it, on disk too. Without a process the whole state goes. @returns how many devices */
  async forget(spans: readonly SubjectSpan[]): Promise<number> {
    if (spans.length === 0) return 0;
    if (this.#process !== null) return (await (await this.#process).peer).call('forget', spans);
    return this.#dropState();
  }

  /** What the watch knew when it ran last; the key goes with the row, and what it sealed cannot be opened any more. */
  async #dropState(): Promise<number> {
    const { catalogue, keys, layout } = this.#parts;
    const row = await this.#states.get(catalogue, CURRENT);
    if (row === null) return 0;
    await catalogue.transaction((tx) => this.#states.delete(tx, CURRENT));
    await keys.removeFileKeys(ACTOR, [row.file]);
    await rm(join(layout.watch, `${row.file}.state`), { force: true });
    return 1;
  }

  async status(): Promise<WatchReport | null> {
    if (this.#running === null) return null;
    return (await this.#running.peer).call('status', null);
  }

  /** Tells what was found so far and keeps the state. */
  async save(): Promise<void> {
    if (this.#process !== null) await (await (await this.#process).peer).call('save', null);
  }

  /**
   * Up to where journal files may go as far as the watch is concerned: null where it does not mind, since it does not
   * run, or lags by more than the journal may hold for it.
   */
  async passed(): Promise<JournalCursor | null> {
    if (!this.#readsJournal) return null;
    if ((await this.#parts.journalBytes()) <= MOST_LAG_BYTES) return this.#cursor ?? new Map();
    this.#shed += 1;
    this.#parts.log.error({}, 'the watch lags too far behind: readings that it has not judged are left out');
    return null;
  }

  /** How often journal files went that it had not read. */
  get shed(): number {
    return this.#shed;
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    const process = await this.#process?.catch(() => null);
    await process?.stop(graceMs);
  }

  #start(): Promise<SupervisedProcess<WatchMethods>> {
    const { log } = this.#parts;
    return SupervisedProcess.start<WatchMethods>({
      name: 'watch',
      entry: new URL('process.ts', import.meta.url),
      // Threads of the collector would be as many as there are processors, and all in line with the gateway.
      nodeFlags: ['--single-threaded-gc', '--disable-warning=ExperimentalWarning'],
      environment: { ...logLevel(), ...KEPT_MEMORY },
      niceness: NICENESS,
      offered: this.#offer(),
      start: async (peer) => peer.call('start', await this.#startWith()),
      log,
    });
  }

  async #startWith(): Promise<WatchStart> {
    const { layout, keys, catalogue, template, storeCursor, audit } = this.#parts;
    const row = await this.#states.get(catalogue, CURRENT);
    const use = { actor: ACTOR, resource: 'watch:state', unlogged: 'owe' } as const;
    const key = row === null ? null : await keys.openFileKey(use, row.file);
    return {
      journal: layout.journal,
      audit: { directory: layout.audit, keys: audit.verifierKeys, size: audit.size },
      states: layout.watch,
      template: templateToJson(template()),
      state: row === null || key === null ? null : { handle: row.file, key: key.exportBytes() },
      from: [...(await storeCursor())],
    };
  }

  #offer(): WatchControlMethods {
    const { keys, catalogue, clock, log, raise, deviceType } = this.#parts;
    return {
      journalKey: async (fileId) => {
        const use = { actor: ACTOR, resource: `journal:${fileId}`, unlogged: 'owe' } as const;
        return (await keys.openFileKey(use, fileId))?.exportBytes() ?? null;
      },
      stateKey: async () => {
        const [made] = await keys.newFileKeys(ACTOR, 'watch', 1);
        return { handle: made!.fileId, key: made!.key.exportBytes() };
      },
      raise,
      deviceType,
      saved: async ({ file, cursor }) => {
        const before = await keys.listFileKeys('watch');
        await catalogue.transaction((tx) => this.#states.put(tx, { ...CURRENT, file, saved: clock.now() }, null));
        this.#cursor = new Map(cursor);
        const gone = before.filter((one) => one !== file);
        if (gone.length > 0) await keys.removeFileKeys(ACTOR, gone);
      },
      ended: (error) => log.error(error, 'the watch ended'),
      damaged: (damage) => log.warn({ ...damage }, 'a journal file cannot be watched further'),
    };
  }
}
