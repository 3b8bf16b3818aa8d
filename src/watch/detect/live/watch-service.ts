import { PROBER_STREAMS } from '#base/core/index.ts';
import type { Clock, Log } from '#base/core/index.ts';
import type { JournalCursor, JournalReader } from '#flow/journal/index.ts';
import type { DriftStatus } from '#watch/drift/index.ts';
import type { MudWatch } from '../flows/mud-watch.ts';
import type { ForestFitter } from '../behaviour/type-profiles.ts';
import type { DearerTiers, TierFigures, TierRecall } from '../tiers/dearer-tiers.ts';
import type { Finding } from './finding.ts';
import { restAfter } from './rest-after.ts';
import type { DeviceState, WatchState } from './state-file.ts';
import { SilenceWatch } from './silence-watch.ts';
import type { Sender } from './silence-watch.ts';
import { StreamWatch } from './stream-watch.ts';
import type { KnownBaseline } from './stream-watch.ts';
import type { WatchPlan } from './watch-plan.ts';

export interface WatchParts {
  readonly journal: JournalReader;
  readonly clock: Clock;
  readonly log: Log;
  /** What is watched, by stream. */
  readonly plans: ReadonlyMap<string, WatchPlan>;
  /** What flows are held against, by stream; absent where they are against nothing. */
  readonly muds?: ReadonlyMap<string, MudWatch>;
  /** Where reading goes on, and what is known there. */
  readonly cursor: JournalCursor;
  readonly devices: Iterable<DeviceState>;
  /** Milliseconds of the processor that this thread has had; absent where it need not give way. */
  readonly processorMs?: () => number;
  /** Asks for the type of a device; absent where devices are not told apart by it. */
  readonly typeOf?: (device: string) => Promise<string | null>;
  /** Fits forests of types elsewhere, so that readings are judged meanwhile; here where it is absent. */
  readonly fitForest?: ForestFitter;
  /** Takes findings: once it resolves they are kept. Finding the same again is told again. */
  readonly raise: (findings: readonly Finding[]) => Promise<void>;
  /** Keeps a state: once it resolves reading may go on from it after a crash. */
  readonly save: (state: JournalState) => Promise<void>;
}

/** What is known of readings at one place of the journal. */
export type JournalState = Omit<WatchState, 'log'>;

/** Times of readings of a device, epoch microseconds, both ends included. */
export interface ForgottenSpan {
  readonly stream: string;
  readonly device: string;
  readonly from: number;
  readonly to: number;
}

/** How the watch is doing. */
export interface WatchStatus {
  readonly streams: readonly string[];
  readonly devices: number;
  /** Readings that were judged since the start; came out of order; were found unusual. */
  readonly readings: number;
  readonly late: number;
  readonly findings: number;
  /** Readings that only the cheapest detector judged, or none, because there were too many. */
  readonly shed: number;
  /** The tiers in the order of their cost, over all streams. */
  readonly tiers: readonly TierFigures[];
  /** What a random sample says of suspicions that the cheap tier did not have. */
  readonly recall: TierRecall;
  /** Windows that did not go up: the budget of their stream did not allow it, or the processor was busy. */
  readonly heldBack: number;
  readonly windowsShed: number;
  /** Devices that no detector of series follows, since there is no memory for it. */
  readonly leftOut: number;
  /** Fields of streams in which drift is looked for, but for the prober's, and those of them of which enough is known. */
  readonly drift: DriftStatus;
  /** Milliseconds that judging took, in all. */
  readonly busyMs: number;
  /** Milliseconds from receipt at the gateway to judgement of the latest block. */
  readonly lagMs: number;
  /** Whether all was read that was durable at the start. */
  readonly caughtUp: boolean;
  readonly saved: number;
}

/** Rows that are judged at once at most, and how long a row waits for others. */
const MOST_ROWS = 8_192;
const GATHER_MS = 4;
/** A lag from which on only the cheapest detector judges, until it is made good. */
const SHED_ABOVE_MS = 5_000;
/** A lag from which on nothing is sent to dearer tiers. */
const NO_DEARER_ABOVE_MS = 1_000;
/** Time over which dearer tiers keep to their share of the processor. */
const SHARE_MS = 2_000;
/** How often the state is kept where something was read; a save may take a fiftieth of the time. */
const SAVE_EVERY_MS = 60_000;
const SAVE_SHARE = 50;
/** The name under which is kept who is told to be silent: no device has it. */
const SILENCE = '_silence';
/** How often is looked who has fallen silent. */
const LOOK_EVERY_MS = 10_000;

/**
 * Reads the journal as it becomes durable, judges every reading of the streams that are watched, and tells what is
 * unusual. What it has told and what it knows are kept together with its place in the journal, in this order, so that
 * after a crash nothing is lost, and what is told twice has the same id.
 */
export class WatchService {
  readonly #parts: WatchParts;
  readonly #streams: ReadonlyMap<string, StreamWatch>;
  readonly #cursor: Map<string, number>;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #raised: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  #saving: Promise<void> = Promise.resolve();
  #saveTimer: NodeJS.Timeout | null = null;
  #readings = 0;
  #findings = 0;
  #shed = 0;
  #busyMs = 0;
  #lagMs = 0;
  /** When readings were judged last, epoch microseconds. */
  #judged = 0;
  #caughtUp = false;
  #saved = 0;
  /** The types of devices, null while they are asked for. */
  readonly #typeOf = new Map<string, string | null>();
  /** When the time began over which shares of the processor are kept, and what each stream's tiers had taken by then. */
  #shareSince = 0;
  readonly #sharedFrom = new Map<StreamWatch, number>();
  readonly #silence: SilenceWatch;
  readonly #looking: NodeJS.Timeout;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#cursor = new Map(parts.cursor);
    const monotonicMs = (): number => parts.clock.monotonicMs();
    const typeOf = (device: string): string | null => this.#typeOfDevice(device);
    const own = { monotonicMs, typeOf, ...(parts.fitForest === undefined ? {} : { fitForest: parts.fitForest }) };
    this.#streams = new Map([...parts.plans].map(([stream, plan]) => [stream, new StreamWatch(plan, own)]));
    this.#silence = new SilenceWatch(parts.clock.now());
    for (const state of parts.devices) this.#restore(state);
    this.#looking = setInterval(() => this.lookAround(), LOOK_EVERY_MS).unref();
    this.#done = this.#run();
    // Whoever awaits `done` hears of a failure; nobody awaiting it is no fault.
    this.#done.catch(() => {});
    this.#scheduleSave(SAVE_EVERY_MS);
  }

  /** Settles when reading ended: rejects where it could not go on. */
  get done(): Promise<void> {
    return this.#done;
  }

  get status(): WatchStatus {
    const all = [...this.#streams.values()].map(({ devices }) => devices);
    return {
      streams: [...new Set([...this.#parts.plans.keys(), ...(this.#parts.muds?.keys() ?? [])])],
      devices: all.reduce((sum, { size }) => sum + size, 0),
      readings: this.#readings,
      late: all.reduce((sum, devices) => sum + [...devices.values()].reduce((n, { late }) => n + late, 0), 0),
      findings: this.#findings,
      shed: this.#shed,
      ...this.#tierStatus(),
      drift: this.#driftStatus(),
      busyMs: this.#busyMs,
      lagMs: this.#lagMs,
      caughtUp: this.#caughtUp,
      saved: this.#saved,
    };
  }

  wake(): void {
    this.#parts.journal.wake();
  }

  /** All that is known, at the place in the journal up to which it is. */
  get state(): JournalState {
    this.#judge();
    const devices = [...this.#streams].flatMap(([name, stream]) => {
      const silent = this.#silence.snapshot(name);
      return [...stream.states(), ...(silent === null ? [] : [{ stream: name, device: SILENCE, snapshot: silent }])];
    });
    return { cursor: new Map(this.#cursor), devices };
  }

  /** What is normal for a device, on each stream that it sends to. */
  baseline(device: string): readonly KnownBaseline[] {
    this.#judge();
    return [...this.#streams.values()].flatMap((stream) => {
      const known = stream.baseline(device);
      return known === null ? [] : [known];
    });
  }

  /**
   * Devices of which something is known from readings of these times. A device that is known from later ones alone is not
   * among them.
   */
  knowing(spans: readonly ForgottenSpan[]): number {
    this.#judge();
    return this.#concerned(spans).length;
  }

  /**
   * Forgets what is known of devices from readings of these times: it is learnt anew from what comes. Once it resolves no
   * state that was kept has it.
   *
   * @returns how many devices
   */
  async forget(spans: readonly ForgottenSpan[]): Promise<number> {
    this.#judge();
    const concerned = this.#concerned(spans);
    for (const [name, stream] of this.#streams) {
      const devices = concerned.flatMap(({ stream: own, device }) => (own === name ? [device] : []));
      stream.forget(devices);
      this.#silence.forget(name, devices);
    }
    await this.save();
    return concerned.length;
  }

  #concerned(spans: readonly ForgottenSpan[]): readonly { readonly stream: string; readonly device: string }[] {
    const found = new Map<string, { readonly stream: string; readonly device: string }>();
    for (const { stream, device, from, to } of spans) {
      const known = this.#streams.get(stream)?.devices.get(device)?.describe();
      if (known !== undefined && known.since <= to && known.until >= from)
        found.set(`${stream}\n${device}`, { stream, device });
    }
    return [...found.values()];
  }

  /** Tells what was found so far and keeps the state. */
  save(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#save());
    return this.#saving;
  }

  /** Tells who has fallen silent. Whoever lags does not know: then nobody has. */
  lookAround(): void {
    if (!this.#caughtUp || this.#stop.signal.aborted) return;
    this.#judge();
    const now = this.#parts.clock.now();
    // What was judged just now was old: there is more behind it.
    if (this.#lagMs > SHED_ABOVE_MS && now - this.#judged < LOOK_EVERY_MS * 1_000) return;
    const found = this.#silence.look(this.#senders(), now);
    if (found.length > 0) this.#tell(found);
  }

  /** Stops reading, tells what was found, keeps the state. */
  async drain(): Promise<void> {
    this.#stop.abort();
    if (this.#saveTimer !== null) clearTimeout(this.#saveTimer);
    clearInterval(this.#looking);
    await this.#done.catch(() => {});
    await this.save();
  }

  async #run(): Promise<void> {
    const { journal } = this.#parts;
    const { signal } = this.#stop;
    for (const follow of [false, true]) {
      for await (const { position, record } of journal.read(new Map(this.#cursor), { follow, signal })) {
        const mud = record.kind === 'batch' ? this.#parts.muds?.get(record.batch.stream) : undefined;
        if (record.kind === 'batch' && mud !== undefined) {
          const found = await mud.take(record.batch);
          if (found.length > 0) this.#tell(found);
        }
        const stream = record.kind === 'batch' ? this.#streams.get(record.batch.stream) : undefined;
        const taken = record.kind === 'batch' ? stream?.take(record.batch) : undefined;
        // A state may be kept whenever something is waited for: it stands behind what was taken, and no further.
        this.#cursor.set(position.file, position.offset);
        if (stream === undefined || taken === undefined) continue;
        const { channels, drift } = taken;
        if (channels.length > 0) this.#tell(channels);
        if (drift.length > 0) this.#tell(drift);
        if (stream.waiting >= MOST_ROWS) await this.#judgeAndRest();
        else this.#timer ??= setTimeout(() => this.#judge(), GATHER_MS);
      }
      if (signal.aborted) break;
      this.#judge();
      this.#caughtUp = true;
    }
    this.#judge();
    if (this.#failure !== null) throw this.#failure;
  }

  /** More comes than is judged at once: that may take until others had their turn. */
  async #judgeAndRest(): Promise<void> {
    const { clock, processorMs } = this.#parts;
    const [begun, had] = [clock.monotonicMs(), processorMs?.() ?? 0];
    this.#judge();
    const took = clock.monotonicMs() - begun;
    const rest = restAfter(took, processorMs === undefined ? took : processorMs() - had);
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  }

  /** Judges all rows that wait. */
  #judge(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const { clock } = this.#parts;
    const begun = clock.monotonicMs();
    const found: Finding[] = [];
    for (const [name, stream] of this.#streams) {
      if (stream.waiting === 0) continue;
      this.#readings += stream.waiting;
      this.#judged = clock.now();
      this.#lagMs = Math.max(0, this.#judged - stream.oldest) / 1_000;
      const { found: own, shed } = stream.judge({
        // What was waiting at the start is no overload: it is judged in full.
        shedding: this.#caughtUp && this.#lagMs > SHED_ABOVE_MS,
        open: stream.dearer === null || this.#mayGoUp(stream),
        ...(mayFallSilent(stream.plan)
          ? { heard: (device, until, seen) => this.#silence.heard({ device, stream: name }, until, clock.now(), seen) }
          : {}),
      });
      this.#shed += shed;
      found.push(...own);
    }
    this.#busyMs += clock.monotonicMs() - begun;
    if (found.length > 0) this.#tell(found);
  }

  /** The type of a device, which is asked for once; null until it is known. */
  #typeOfDevice(device: string): string | null {
    const { typeOf } = this.#parts;
    const type = this.#typeOf.get(device);
    if (type === undefined && typeOf !== undefined) {
      this.#typeOf.set(device, null);
      typeOf(device).then(
        (found) => found !== null && this.#typeOf.set(device, found),
        // Asked for again with the next block.
        () => this.#typeOf.delete(device),
      );
    }
    return type ?? null;
  }

  /** Whether a stream's dearer tiers keep to their share of the processor, and there is no lag to be made good. */
  #mayGoUp(stream: StreamWatch): boolean {
    const now = this.#parts.clock.monotonicMs();
    if (now - this.#shareSince > SHARE_MS) {
      this.#shareSince = now;
      for (const one of this.#streams.values()) this.#sharedFrom.set(one, one.dearMs);
    }
    const most = SHARE_MS * (stream.plan.tiers?.processor ?? 0);
    if (this.#caughtUp && this.#lagMs > NO_DEARER_ABOVE_MS) return false;
    return stream.dearMs - (this.#sharedFrom.get(stream) ?? 0) <= most;
  }

  #tierStatus(): Pick<WatchStatus, 'tiers' | 'recall' | 'heldBack' | 'windowsShed' | 'leftOut'> {
    const streams = [...this.#streams.values()];
    const all = streams.flatMap(({ dearer: one }) => (one === null ? [] : [one]));
    const series = streams.flatMap(({ series: one }) => (one === null ? [] : [one]));
    const dearer = new Map<string, TierFigures>();
    for (const { name, judged, busyMs, beyond } of [...all, ...series].flatMap(({ figures }) => figures)) {
      const known = dearer.get(name) ?? { name, judged: 0, busyMs: 0, beyond: 0 };
      const sum = { judged: known.judged + judged, busyMs: known.busyMs + busyMs, beyond: known.beyond + beyond };
      dearer.set(name, { name, ...sum });
    }
    const dearMs = [...series, ...all].reduce((sum, { busyMs }) => sum + busyMs, 0);
    const beyond = streams.reduce(
      (sum, { devices }) => [...devices.values()].reduce((n, watch) => n + watch.beyond, sum),
      0,
    );
    const cheap = { name: 'cheap', judged: this.#readings, busyMs: Math.max(0, this.#busyMs - dearMs), beyond };
    const add = (of: (tiers: DearerTiers) => number): number => all.reduce((sum, tiers) => sum + of(tiers), 0);
    return {
      tiers: [cheap, ...dearer.values()],
      recall: {
        sampled: add(({ recall }) => recall.sampled),
        odd: add(({ recall }) => recall.odd),
        missed: add(({ recall }) => recall.missed),
      },
      heldBack: add(({ turnedAway }) => turnedAway.heldBack),
      windowsShed: add(({ turnedAway }) => turnedAway.shed) + series.reduce((sum, { shed }) => sum + shed, 0),
      leftOut: series.reduce((sum, { leftOut }) => sum + leftOut, 0),
    };
  }

  #driftStatus(): DriftStatus {
    const own = [...this.#streams.values()].filter(({ plan }) => !PROBER_STREAMS.includes(plan.stream));
    return own.reduce<DriftStatus>(
      ({ fields, watching }, { drift: { status } }) => ({
        fields: fields + status.fields,
        watching: watching + status.watching,
      }),
      { fields: 0, watching: 0 },
    );
  }

  #tell(found: readonly Finding[]): void {
    this.#findings += found.length;
    this.#raised = this.#raised
      .then(() => this.#parts.raise(found))
      .catch((error: unknown) => {
        // Without its alerts the state must not move on: the process ends and reads again.
        this.#failure ??= error;
        this.#stop.abort();
        throw error;
      });
    this.#raised.catch(() => {});
  }

  async #save(): Promise<void> {
    const begun = this.#parts.clock.monotonicMs();
    // Taken at once, whatever is judged meanwhile.
    const { state } = this;
    await this.#raised;
    await this.#parts.save(state);
    this.#saved = this.#parts.clock.now();
    if (!this.#stop.signal.aborted) {
      this.#scheduleSave(Math.max(SAVE_EVERY_MS, SAVE_SHARE * (this.#parts.clock.monotonicMs() - begun)));
    }
  }

  #scheduleSave(afterMs: number): void {
    if (this.#saveTimer !== null) clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => {
      this.save().catch((error: unknown) => {
        this.#parts.log.error({ error: String(error) }, 'the state of the watch could not be kept');
        this.#scheduleSave(SAVE_EVERY_MS);
      });
    }, afterMs).unref();
  }

  *#senders(): Generator<Sender> {
    for (const [stream, { devices, plan }] of this.#streams) {
      if (!mayFallSilent(plan)) continue;
      for (const [device, watch] of devices) {
        yield { device, stream, until: watch.until, describe: () => watch.describe(), budget: plan.budget };
      }
    }
  }

  /** A device whose snapshot does not fit begins anew; the others go on. */
  #restore(state: DeviceState): void {
    const { stream, device } = state;
    try {
      if (device === SILENCE) this.#silence.restore(stream, state.snapshot);
      else this.#streams.get(stream)?.restore(state);
    } catch (error) {
      this.#parts.log.warn({ device, stream, error: String(error) }, 'a baseline is learnt anew');
    }
  }
}

/** Whether a device of a stream is missed where it sends no more. */
function mayFallSilent({ byReceipt, ofPast }: WatchPlan): boolean {
  return byReceipt !== true && ofPast !== true;
}
