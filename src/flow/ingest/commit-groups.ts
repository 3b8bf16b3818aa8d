import type { Batch } from '#base/core/index.ts';
import { sessionRecords } from '#flow/journal/index.ts';
import type { JournalRecord, JournalWriter, SessionEvent } from '#flow/journal/index.ts';
import { PendingReadings, markOf } from '#trust/identity/index.ts';
import type { DeviceTable } from '#trust/identity/index.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { CommitPace } from './commit-pace.ts';
import { RefusalCounter } from './refusal-counter.ts';
import type { KnownValue } from './tokeniser.ts';
import type { VaultValue, VaultWriter } from './vault-record.ts';
import type { WindowGroupBuilder } from './windows/window-group-builder.ts';
import type { WindowGroup, WindowSink } from './windows/window-keeper.ts';

/** The promise of one group, shared by all who wait for it. */
class Group {
  readonly number: number;
  readonly pending: PendingReadings;
  readonly #deferred = Promise.withResolvers<void>();
  /** Values whose originals this group takes to the vault. */
  readonly kept: KnownValue[] = [];

  constructor(number: number, pending: PendingReadings) {
    this.number = number;
    this.pending = pending;
    // Who does not wait does not care: a rejection that nobody hears is no fault.
    this.#deferred.promise.catch(() => undefined);
  }

  get durable(): Promise<void> {
    return this.#deferred.promise;
  }

  succeed(): void {
    this.#deferred.resolve();
  }

  fail(error: unknown): void {
    for (const value of this.kept) value.kept = false;
    this.#deferred.reject(error);
  }
}

export interface CommitGroupsParts {
  readonly journal: JournalWriter;
  readonly table: DeviceTable;
  readonly worker: number;
  readonly digestKey: Uint8Array;
  /** Where readings go that are not stored one by one; a template with such streams needs it. */
  readonly windows?: WindowSink;
  /** When groups of readings may be cut; as soon as can be where it is absent. */
  readonly pace?: Pick<CommitPace, 'waitMs' | 'cut'>;
}

const DONE = Promise.resolve();

/**
 * Group commit: what comes while one group is being written is the next group.
 *
 * A group that fails takes the open one with it. So the order of a device's readings holds, a duplicate that waits
 * with the open group cannot be acknowledged after its original was lost, and the windows of the device table can be
 * wound back exactly: newest first, as if none of the readings had come.
 */
export class CommitGroups {
  readonly #journal: JournalWriter;
  readonly #worker: number;
  readonly #builders = new Set<BatchBuilder>();
  readonly #windows = new Set<WindowGroupBuilder>();
  readonly #sink: WindowSink | null;
  readonly #pace: CommitGroupsParts['pace'];
  #made: Batch[] = [];
  readonly #refusals: RefusalCounter;
  readonly #idle: PendingReadings[];
  #sessions: SessionEvent[] = [];
  #open: Group;
  #writing: Group | null = null;
  #scheduled = false;
  #rows = 0;
  #writingRows = 0;
  #failures = 0;
  /** Seals originals for the vault; null where nothing is to be kept there. */
  vault: VaultWriter | null = null;
  #originals: VaultValue[] = [];
  #sealing: VaultWriter | null = null;
  #vaultRoom = Infinity;

  constructor({ journal, table, worker, digestKey, windows, pace }: CommitGroupsParts) {
    this.#journal = journal;
    this.#sink = windows ?? null;
    this.#pace = pace;
    this.#worker = worker;
    this.#refusals = new RefusalCounter(digestKey);
    this.#idle = [new PendingReadings(table)];
    this.#open = new Group(1, new PendingReadings(table));
  }

  /** Mark of the open group in the device table. */
  get mark(): number {
    return markOf(this.#worker, this.#open.number);
  }

  get pending(): PendingReadings {
    return this.#open.pending;
  }

  /** Readings that are not durable yet. */
  get rows(): number {
    return this.#rows + this.#writingRows;
  }

  /** Groups that failed since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Tells that a reading was added to a builder and to `pending`. */
  added(builder: BatchBuilder): void {
    if (builder.rows === 1) this.#builders.add(builder);
    this.#rows++;
    this.#wake();
  }

  /** Tells that a reading was added to windows and to `pending`. */
  folded(builder: WindowGroupBuilder): void {
    if (builder.rows === 1) this.#windows.add(builder);
    this.#rows++;
    this.#wake();
  }

  /** Takes rows that are made already; what tells that they are written was added to `pending`. */
  made(batch: Batch): void {
    this.#made.push(batch);
    this.#rows += batch.rows;
    this.#wake();
  }

  /** How many more originals the vault takes, as its keeper says now and then. */
  set vaultRoom(values: number) {
    this.#vaultRoom = values;
  }

  hasRoomFor(values: number): boolean {
    return values <= this.#vaultRoom;
  }

  /** Takes the original of a value of an admitted reading along, to be durable with it. */
  keepOriginal(domain: string, value: KnownValue): void {
    value.kept = true;
    this.#sealing = this.vault;
    this.#vaultRoom -= 1;
    this.#open.kept.push(value);
    this.#originals.push({ domain, token: value.token, original: value.value });
  }

  refused(device: string, stream: string, reason: number, payload: Uint8Array | null): void {
    this.#refusals.add(device, stream, reason, payload);
    this.#wake();
  }

  session(event: SessionEvent): void {
    this.#sessions.push(event);
    this.#wake();
  }

  /**
   * Resolves once all that was said so far is durable; rejects where it was not kept.
   * One promise per group: ask once per group, not per reading, by comparing promises.
   */
  durable(): Promise<void> {
    if (this.#hasWork()) return this.#open.durable;
    return this.#writing?.durable ?? DONE;
  }

  /** Resolves when nothing waits any more, whatever became of it. */
  async drain(): Promise<void> {
    while (this.#hasWork() || this.#writing !== null) await this.durable().catch(() => undefined);
  }

  #hasWork(): boolean {
    return this.#rows > 0 || this.#refusals.size > 0 || this.#sessions.length > 0;
  }

  /**
   * A group is cut after the events of this turn, so that all sockets that are ready get into it; one of readings not before
   * its time, where acknowledging goes faster than what follows.
   */
  #wake(): void {
    if (this.#scheduled || this.#writing !== null) return;
    this.#scheduled = true;
    const cut = (): void => {
      this.#scheduled = false;
      if (this.#writing === null && this.#hasWork()) this.#cut();
    };
    const wait = this.#rows === 0 ? 0 : (this.#pace?.waitMs() ?? 0);
    if (wait > 0) setTimeout(cut, wait);
    else setImmediate(cut);
  }

  /** What was taken along under a template that had a vault goes there although another one is in force by now. */
  #sealOriginals(): readonly JournalRecord[] {
    if (this.#originals.length === 0) return [];
    const taken = this.#originals;
    this.#originals = [];
    return this.#sealing!.records(taken);
  }

  #cut(): void {
    const records: JournalRecord[] = [];
    records.push(...this.#sealOriginals());
    for (const builder of this.#builders) records.push({ kind: 'batch', batch: builder.cut() });
    this.#builders.clear();
    for (const batch of this.#made) records.push({ kind: 'batch', batch });
    this.#made = [];
    const windows = this.#cutWindows();
    if (this.#refusals.size > 0) records.push({ kind: 'refusals', counts: this.#refusals.cut() });
    records.push(...sessionRecords(this.#sessions));
    this.#sessions = [];
    const group = this.#open;
    this.#writing = group;
    this.#writingRows = this.#rows;
    this.#rows = 0;
    this.#pace?.cut(this.#writingRows);
    this.#open = new Group(group.number + 1, this.#idle.pop()!);
    Promise.try(() => this.#write(records, windows)).then(
      () => this.#succeeded(group),
      (error: unknown) => this.#failed(group, error),
    );
  }

  #cutWindows(): WindowGroup | null {
    if (this.#windows.size === 0) return null;
    const cut = [...this.#windows].map((builder) => builder.cut());
    this.#windows.clear();
    return { states: cut.map(({ states }) => states), seqs: cut.flatMap(({ seqs }) => seqs ?? []) };
  }

  /** The journal first: what it has of a group that fails afterwards is there twice at worst. */
  #write(records: readonly JournalRecord[], windows: WindowGroup | null): Promise<unknown> {
    if (windows === null) return this.#journal.append(records);
    if (records.length === 0) return this.#sink!(windows);
    return this.#journal.append(records).then(() => this.#sink!(windows));
  }

  #succeeded(group: Group): void {
    group.pending.settle(markOf(this.#worker, group.number));
    this.#release(group);
    group.succeed();
    if (this.#hasWork()) this.#wake();
  }

  #failed(group: Group, error: unknown): void {
    this.#failures++;
    const open = this.#open;
    for (const builder of this.#builders) builder.clear();
    this.#builders.clear();
    for (const builder of this.#windows) builder.clear();
    this.#windows.clear();
    this.#made = [];
    this.#originals = [];
    this.#refusals.cut();
    this.#sessions = [];
    this.#rows = 0;
    open.pending.undo(markOf(this.#worker, open.number));
    group.pending.undo(markOf(this.#worker, group.number));
    this.#release(group);
    this.#open = new Group(open.number + 1, open.pending);
    group.fail(error);
    open.fail(error);
  }

  #release(group: Group): void {
    this.#idle.push(group.pending);
    this.#writing = null;
    this.#writingRows = 0;
  }
}
