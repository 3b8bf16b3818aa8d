import { decodeUtf8, encodeUtf8, PROBER_STREAMS } from '#base/core/index.ts';
import type { Batch, Clock, Log } from '#base/core/index.ts';
import type { JournalCursor, JournalReader } from '#flow/journal/index.ts';
import type { MudWatch } from '../flows/mud-watch.ts';
import { ChannelWatch } from '../flows/channel-watch.ts';
import { DeviceJudge, rateOfPart } from './device-judge.ts';
import type { DeviceBaseline } from './device-judge.ts';
import { DeviceWatch } from './device-watch.ts';
import { decodeState, encodeState, peerFields, PeerSlots } from '#learn/features/index.ts';
import type { SavedSlots } from '#learn/features/index.ts';
import { BehaviourProfile, TRAITS } from '../behaviour/behaviour-profile.ts';
import { TypeProfiles } from '../behaviour/type-profiles.ts';
import type { ForestFitter } from '../behaviour/type-profiles.ts';
import { profileParts } from './device-checks.ts';
import { checkedFields } from './device-rows.ts';
import { fillSaved, stateUnfit } from './saved-state.ts';
import { DearerTiers } from '../tiers/dearer-tiers.ts';
import type { TierFigures, TierRecall } from '../tiers/dearer-tiers.ts';
import { DriftMonitor } from '#watch/drift/index.ts';
import type { DriftStatus } from '#watch/drift/index.ts';
import { ALL_DEVICES, driftFinding } from './drift-finding.ts';
import type { Others } from '../behaviour/behaviour-watch.ts';
import type { Finding } from './finding.ts';
import { peerGroup } from './peer-group.ts';
import type { PeerGroup } from './peer-group.ts';
import { restAfter } from './rest-after.ts';
import { RowGatherer } from './row-gatherer.ts';
import type { DeviceState, WatchState } from './state-file.ts';
import { SilenceWatch } from './silence-watch.ts';
import type { Sender } from './silence-watch.ts';
import { TextNamer } from './text-namer.ts';
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

/** What is normal for a device, and beside the others of its stream. */
export type KnownBaseline = DeviceBaseline & { readonly peers: PeerGroup | null };

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
/** The name under which the state of a stream itself is kept: no device has it. */
const STREAM_ITSELF = '';
/** The same for how its devices behave together. */
const PEERS = '_peers';
/** For what its devices are compared with by features. */
const GROUPS = '_groups';
/** For the channels of flows of its devices. */
const CHANNELS = '_channels';
/** And for how the types of its devices do. */
const TYPES = '_types';
/** How often the state is kept where something was read; a save may take a fiftieth of the time. */
const SAVE_EVERY_MS = 60_000;
const SAVE_SHARE = 50;
/** How often is looked who has fallen silent. */
const LOOK_EVERY_MS = 10_000;
/** Devices of a stream that one is held against. */
const MOST_PEERS = 1_000;
/** Devices that are watched on one stream; further ones are counted and left out. */
export const MOST_DEVICES = 200_000;

/**
 * Reads the journal as it becomes durable, judges every reading of the streams that are watched, and tells what is
 * unusual. What it has told and what it knows are kept together with its place in the journal, in this order, so that
 * after a crash nothing is lost, and what is told twice has the same id.
 */
export class WatchService {
  readonly #parts: WatchParts;
  readonly #watches = new Map<string, Map<string, DeviceWatch>>();
  readonly #judges: ReadonlyMap<string, DeviceJudge>;
  readonly #gatherers: ReadonlyMap<string, RowGatherer>;
  readonly #namers: ReadonlyMap<string, TextNamer>;
  readonly #drifts: Map<string, DriftMonitor>;
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
  /** Of the streams that have dearer tiers. */
  readonly #dearer = new Map<string, DearerTiers>();
  /** What features compare devices with: of each stream whose features ask for it, by type. */
  readonly #groups = new Map<string, Map<string, PeerSlots>>();
  /** Of the streams of flows. */
  readonly #channels = new Map<string, ChannelWatch>();
  /** How the devices of each stream behave together. */
  readonly #peers = new Map<string, BehaviourProfile>();
  /** How the types of each stream do, where there are several; and the types of devices, null while they are asked for. */
  readonly #types = new Map<string, TypeProfiles>();
  readonly #typeOf = new Map<string, string | null>();
  /** When the time began over which shares of the processor are kept, and what each stream's tiers had taken by then. */
  #shareSince = 0;
  readonly #sharedFrom = new Map<string, number>();
  readonly #silence: SilenceWatch;
  readonly #looking: NodeJS.Timeout;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#cursor = new Map(parts.cursor);
    this.#gatherers = new Map([...parts.plans].map(([stream, plan]) => [stream, new RowGatherer(plan)]));
    this.#judges = new Map([...parts.plans].map(([stream, plan]) => [stream, new DeviceJudge(plan)]));
    this.#namers = new Map([...parts.plans].map(([stream, plan]) => [stream, new TextNamer(plan, this.#gatherers.get(stream)!.categories)])); // prettier-ignore
    for (const stream of parts.plans.keys()) {
      this.#beginTiers(stream);
      this.#beginChannels(stream);
      this.#beginGroups(stream);
    }
    this.#drifts = new Map([...parts.plans.keys()].map((stream) => [stream, this.#beginDrift(stream)]));
    for (const state of parts.devices) this.#restore(state);
    this.#silence = new SilenceWatch(parts.clock.now());
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
    const all = [...this.#watches.values()];
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
    const devices = [...this.#watches].flatMap(([stream, all]) =>
      [...all].map(([device, watch]): DeviceState => ({ stream, device, snapshot: watch.snapshot() })),
    );
    const streams = [...this.#dearer].map(([stream, tiers]): DeviceState => ({
      stream,
      device: STREAM_ITSELF,
      snapshot: tiers.snapshot(),
    }));
    const known = [...this.#peers].filter(([, { windows }]) => windows > 0);
    const peers = known.map(([stream, profile]): DeviceState => ({
      stream,
      device: PEERS,
      snapshot: encodeState(PEERS, 1, Object.fromEntries(profileParts('peers', profile))),
    }));
    const types = [...this.#types].flatMap(([stream, profiles]): DeviceState[] =>
      profiles.windows === 0 ? [] : [{ stream, device: TYPES, snapshot: profiles.snapshot() }],
    );
    const drifts = [...this.#drifts].flatMap(([stream, monitor]): DeviceState[] =>
      monitor.isEmpty ? [] : [{ stream, device: ALL_DEVICES, snapshot: monitor.snapshot() }],
    );
    const channels = [...this.#channels].map(([stream, watch]): DeviceState => ({
      stream,
      device: CHANNELS,
      snapshot: watch.snapshot(),
    }));
    const groups = [...this.#groups].map(([stream, types]): DeviceState => {
      const saved = encodeUtf8(JSON.stringify([...types].map(([type, slots]) => [type, slots.save()])));
      const of = encodeUtf8(comparedIn(this.#parts.plans.get(stream)!));
      return { stream, device: GROUPS, snapshot: encodeState(GROUPS, 2, { of, groups: saved }) };
    });
    return {
      cursor: new Map(this.#cursor),
      devices: [...streams, ...channels, ...groups, ...peers, ...types, ...devices, ...drifts],
    };
  }

  /** What is normal for a device, on each stream that it sends to. */
  baseline(device: string): readonly KnownBaseline[] {
    this.#judge();
    return [...this.#watches.values()].flatMap((devices) => {
      const own = devices.get(device)?.describe();
      if (own === undefined) return [];
      // A sample is enough to tell what is usual among many.
      const type = this.#typeOf.get(device);
      const alike = [...devices.values()].filter((watch) => this.#typeOf.get(watch.device) === type);
      const others = alike.slice(0, MOST_PEERS).map((watch) => watch.describe());
      return [{ ...own, peers: peerGroup(own, others) }];
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
    for (const { stream, device } of concerned) {
      this.#watches.get(stream)?.get(device)?.release();
      this.#watches.get(stream)?.delete(device);
      this.#namers.get(stream)?.forget(device);
      // Dearer tiers keep windows of all devices of a stream together: they begin anew.
      this.#beginTiers(stream);
      this.#beginChannels(stream);
      this.#beginGroups(stream);
      // Its values are among the counts of the stream and cannot be told from the others'.
      this.#drifts.set(stream, this.#beginDrift(stream));
    }
    await this.save();
    return concerned.length;
  }

  #beginTiers(stream: string): void {
    const plan = this.#parts.plans.get(stream);
    if (plan !== undefined) this.#peers.set(stream, new BehaviourProfile(checkedFields(plan).length));
    if (plan?.typed === true) {
      const traits = plan.traits?.length ?? TRAITS * checkedFields(plan).length;
      this.#types.set(stream, new TypeProfiles(traits, this.#parts.fitForest));
    }
    if (plan?.tiers === undefined) return;
    const now = (): number => this.#parts.clock.monotonicMs();
    this.#dearer.set(stream, new DearerTiers(plan.fields.length, rateOfPart(plan), plan.tiers, now, plan.windows));
  }

  #beginGroups(stream: string): void {
    if (peerFields(this.#parts.plans.get(stream)?.features ?? []).length > 0) this.#groups.set(stream, new Map());
  }

  /** Takes rows into the groups of their devices; of a device whose type is not known yet into none. */
  #addToGroups(batch: Batch): void {
    const plan = this.#parts.plans.get(batch.stream);
    if (plan === undefined || !this.#groups.has(batch.stream)) return;
    const columns = new Map(batch.columns.map(({ name, data }) => [name, data]));
    const byReceipt = plan.byReceipt === true;
    const [device, time, received] = [
      columns.get('device'),
      columns.get(byReceipt ? 'received' : 'time'),
      columns.get('received'),
    ];
    if (device?.type !== 'text' || time === undefined || time.type === 'text') return;
    const fields = plan.inputs.map(({ name }) => columns.get(name));
    // Of any past, or by receipt: nothing is too late.
    const came = plan.ofPast === true || byReceipt || received?.type === 'text' ? undefined : received?.values;
    const groups = device.dictionary.map((name) => this.#groupOf(batch.stream, name));
    for (let row = 0; row < batch.rows; row++) {
      const code = device.codes[row]!;
      groups[code]?.add(device.dictionary[code]!, time.values[row]!, came?.[row] ?? -Infinity, (field) => {
        const column = fields[field];
        return column === undefined || column.type === 'text' || column.nulls?.[row] === 1 ? NaN : column.values[row]!;
      });
    }
  }

  /** The group of a device on a stream; null where no feature asks for it, or its type is not known yet. */
  #groupOf(stream: string, device: string): PeerSlots | null {
    const groups = this.#groups.get(stream);
    const plan = this.#parts.plans.get(stream);
    if (groups === undefined || plan === undefined) return null;
    const type = plan.typed === true ? this.#typeOfDevice(device) : '';
    if (type === null) return null;
    const group = groups.get(type) ?? new PeerSlots(peerFields(plan.features));
    groups.set(type, group);
    return group;
  }

  #beginChannels(stream: string): void {
    const plan = this.#parts.plans.get(stream);
    if (plan?.channels === undefined) return;
    const { budget, channels } = plan;
    this.#channels.set(stream, new ChannelWatch({ stream, budget, shown: channels.shown, rate: rateOfPart(plan) }));
  }

  #concerned(spans: readonly ForgottenSpan[]): readonly { readonly stream: string; readonly device: string }[] {
    const found = new Map<string, { readonly stream: string; readonly device: string }>();
    for (const { stream, device, from, to } of spans) {
      const known = this.#watches.get(stream)?.get(device)?.describe();
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
        if (this.#failure !== null) throw this.#failure;
        this.#cursor.set(position.file, position.offset);
        const mud = record.kind === 'batch' ? this.#parts.muds?.get(record.batch.stream) : undefined;
        if (record.kind === 'batch' && mud !== undefined) {
          const found = await mud.take(record.batch);
          if (found.length > 0) this.#tell(found);
        }
        const channels = record.kind === 'batch' ? this.#channels.get(record.batch.stream) : undefined;
        if (record.kind === 'batch' && channels !== undefined) {
          const found = channels.take(record.batch);
          if (found.length > 0) this.#tell(found);
        }
        const gatherer = record.kind === 'batch' ? this.#gatherers.get(record.batch.stream) : undefined;
        if (record.kind !== 'batch' || gatherer === undefined) continue;
        this.#addToGroups(record.batch);
        gatherer.add(record.batch);
        this.#lookForDrift(record.batch);
        if (gatherer.rows >= MOST_ROWS) await this.#judgeAndRest();
        else this.#timer ??= setTimeout(() => this.#judge(), GATHER_MS);
      }
      if (signal.aborted) break;
      this.#judge();
      this.#caughtUp = true;
    }
    this.#judge();
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
    for (const [stream, gatherer] of this.#gatherers) {
      if (gatherer.rows === 0) continue;
      this.#readings += gatherer.rows;
      this.#judged = clock.now();
      this.#lagMs = Math.max(0, this.#judged - gatherer.oldest) / 1_000;
      // What was waiting at the start is no overload: it is judged in full.
      const shedding = this.#caughtUp && this.#lagMs > SHED_ABOVE_MS;
      const dearer = this.#dearer.get(stream) ?? null;
      if (dearer !== null) dearer.open = this.#mayGoUp(stream);
      for (const [device, rows] of gatherer.drain()) {
        const watch = this.#of(stream, device);
        if (watch === null || shedding) this.#shed += rows.count;
        if (watch === null) continue;
        const seen = watch.take(rows, dearer, shedding ? 1 : Infinity, this.#othersOf(stream, device));
        const taken = this.#namers.get(stream)!.take(device, rows, seen);
        const over = !this.#mayFallSilent(stream)
          ? null
          : this.#silence.heard({ device, stream }, watch.until, clock.now());
        found.push(...(over === null ? [] : [over]), ...taken);
      }
    }
    for (const groups of this.#groups.values()) for (const group of groups.values()) group.prune();
    this.#busyMs += clock.monotonicMs() - begun;
    if (found.length > 0) this.#tell(found);
  }

  /** What the behaviour of a device is held against; until its type is known nobody holds it against types. */
  #othersOf(stream: string, device: string): Others {
    const group = this.#groupOf(stream, device)?.view(device);
    const others = { peers: this.#peers.get(stream) ?? null, ...(group === undefined ? {} : { group }) };
    const types = this.#types.get(stream);
    const type = types === undefined ? null : this.#typeOfDevice(device);
    return types === undefined || type === null ? others : { ...others, type, types };
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
  #mayGoUp(stream: string): boolean {
    const now = this.#parts.clock.monotonicMs();
    if (now - this.#shareSince > SHARE_MS) {
      this.#shareSince = now;
      for (const name of this.#dearer.keys()) this.#sharedFrom.set(name, this.#dearMs(name));
    }
    const most = SHARE_MS * (this.#parts.plans.get(stream)?.tiers?.processor ?? 0);
    if (this.#caughtUp && this.#lagMs > NO_DEARER_ABOVE_MS) return false;
    return this.#dearMs(stream) - (this.#sharedFrom.get(stream) ?? 0) <= most;
  }

  /** What detectors beyond the cheap ones took of a stream since the start. */
  #dearMs(stream: string): number {
    return (this.#dearer.get(stream)?.busyMs ?? 0) + (this.#judges.get(stream)?.series?.busyMs ?? 0);
  }

  #tierStatus(): Pick<WatchStatus, 'tiers' | 'recall' | 'heldBack' | 'windowsShed' | 'leftOut'> {
    const all = [...this.#dearer.values()];
    const series = [...this.#judges.values()].flatMap((judge) => (judge.series === null ? [] : [judge.series]));
    const dearer = new Map<string, TierFigures>();
    for (const { name, judged, busyMs, beyond } of [...all, ...series].flatMap(({ figures }) => figures)) {
      const known = dearer.get(name) ?? { name, judged: 0, busyMs: 0, beyond: 0 };
      const sum = { judged: known.judged + judged, busyMs: known.busyMs + busyMs, beyond: known.beyond + beyond };
      dearer.set(name, { name, ...sum });
    }
    const dearMs = [...series, ...all].reduce((sum, { busyMs }) => sum + busyMs, 0);
    const beyond = [...this.#watches.values()].reduce(
      (sum, devices) => [...devices.values()].reduce((n, watch) => n + watch.beyond, sum),
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
    const own = [...this.#drifts].filter(([stream]) => !PROBER_STREAMS.includes(stream));
    return own.reduce<DriftStatus>(
      ({ fields, watching }, [, { status }]) => ({
        fields: fields + status.fields,
        watching: watching + status.watching,
      }),
      { fields: 0, watching: 0 },
    );
  }

  #beginDrift(stream: string): DriftMonitor {
    const { fields, rule } = this.#parts.plans.get(stream)!.drift;
    return new DriftMonitor(fields, rule);
  }

  /** In the order of the journal, whatever is judged together: so the same drift is found again after a crash. */
  #lookForDrift(batch: Batch): void {
    const plan = this.#parts.plans.get(batch.stream)!;
    const drifts = this.#drifts.get(batch.stream)!.take(batch, plan.byReceipt === true ? 'received' : 'time');
    if (drifts.length > 0) this.#tell(drifts.map((drift) => driftFinding(plan, drift)));
  }

  #tell(found: readonly Finding[]): void {
    this.#findings += found.length;
    this.#raised = this.#raised
      .then(() => this.#parts.raise(found))
      .catch((error: unknown) => {
        // Without its alerts the state must not move on: the process ends and reads again.
        this.#failure ??= error;
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

  #of(stream: string, device: string): DeviceWatch | null {
    const plan = this.#parts.plans.get(stream)!;
    const devices = this.#devicesOf(stream);
    let watch = devices.get(device);
    if (watch === undefined) {
      if (devices.size >= MOST_DEVICES) return null;
      watch = new DeviceWatch(device, plan, this.#judges.get(stream));
      devices.set(device, watch);
    }
    return watch;
  }

  *#senders(): Generator<Sender> {
    for (const [stream, devices] of this.#watches) {
      const plan = this.#parts.plans.get(stream);
      if (plan === undefined || !this.#mayFallSilent(stream)) continue;
      for (const [device, watch] of devices) {
        yield { device, stream, until: watch.until, describe: () => watch.describe(), budget: plan.budget };
      }
    }
  }

  /** Whether a device of a stream is missed where it sends no more. */
  #mayFallSilent(stream: string): boolean {
    const plan = this.#parts.plans.get(stream);
    return plan !== undefined && plan.byReceipt !== true && plan.ofPast !== true;
  }

  #devicesOf(stream: string): Map<string, DeviceWatch> {
    let devices = this.#watches.get(stream);
    if (devices === undefined) {
      devices = new Map();
      this.#watches.set(stream, devices);
    }
    return devices;
  }

  /** A device whose snapshot does not fit begins anew; the others go on. */
  #restore({ stream, device, snapshot }: DeviceState): void {
    const plan = this.#parts.plans.get(stream);
    if (plan === undefined) return;
    try {
      if (device === PEERS) {
        const state = decodeState(snapshot, PEERS, 1);
        const profile = this.#peers.get(stream);
        for (const [name, part] of profile === undefined ? [] : profileParts('peers', profile))
          fillSaved(stream, state, name, part);
        return;
      }
      if (device === GROUPS) {
        if (!this.#groups.has(stream)) return;
        const state = decodeState(snapshot, GROUPS, 2);
        const [of, groups] = [state.get('of'), state.get('groups')];
        const isRight = of instanceof Uint8Array && decodeUtf8(of) === comparedIn(plan);
        if (!isRight || !(groups instanceof Uint8Array)) throw stateUnfit(device, 'it is of other fields or slots');
        for (const [type, saved] of JSON.parse(decodeUtf8(groups)) as [string, SavedSlots][]) {
          const slots = new PeerSlots(peerFields(plan.features));
          slots.restore(saved);
          this.#groups.get(stream)!.set(type, slots);
        }
        return;
      }
      if (device === CHANNELS) {
        this.#channels.get(stream)?.restore(snapshot);
        return;
      }
      if (device === TYPES) {
        this.#types.get(stream)?.restore(snapshot);
        return;
      }
      if (device === STREAM_ITSELF) {
        this.#dearer.get(stream)?.restore(snapshot);
        return;
      }
      if (device === ALL_DEVICES) {
        this.#drifts.set(stream, DriftMonitor.restore(plan.drift.fields, plan.drift.rule, snapshot));
        return;
      }
      const watch = DeviceWatch.restore(device, plan, snapshot, this.#judges.get(stream));
      this.#devicesOf(stream).set(device, watch);
    } catch (error) {
      this.#parts.log.warn({ device, stream, error: String(error) }, 'a baseline is learnt anew');
    }
  }
}

/** What the devices of a stream are compared in, so that no other is taken for it: fields by name, and seconds of slots. */
function comparedIn({ features, inputs }: WatchPlan): string {
  return JSON.stringify(peerFields(features).map(({ field, seconds }) => [inputs[field]?.name, seconds]));
}
