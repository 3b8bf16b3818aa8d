import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import type { Batch } from '#base/core/index.ts';
import { decodeState, encodeState, peerFields, PeerSlots } from '#learn/features/index.ts';
import type { SavedSlots } from '#learn/features/index.ts';
import { DriftMonitor } from '#watch/drift/index.ts';
import { BehaviourProfile, TRAITS } from '../behaviour/behaviour-profile.ts';
import type { Others } from '../behaviour/behaviour-watch.ts';
import { TypeProfiles } from '../behaviour/type-profiles.ts';
import type { ForestFitter } from '../behaviour/type-profiles.ts';
import { ChannelWatch } from '../flows/channel-watch.ts';
import { DearerTiers } from '../tiers/dearer-tiers.ts';
import { profileParts } from './device-checks.ts';
import { DeviceJudge } from './device-judge.ts';
import type { DeviceBaseline, ScoreListener } from './device-judge.ts';
import { checkedFields } from './device-rows.ts';
import { DeviceWatch } from './device-watch.ts';
import { ALL_DEVICES, driftFinding } from './drift-finding.ts';
import type { Finding } from './finding.ts';
import { peerGroup } from './peer-group.ts';
import type { PeerGroup } from './peer-group.ts';
import { rateOfPart } from './rate-of-part.ts';
import { RowGatherer } from './row-gatherer.ts';
import { fillSaved, stateUnfit } from './saved-state.ts';
import type { DeviceState } from './state-file.ts';
import { TextNamer } from './text-namer.ts';
import type { WatchPlan } from './watch-plan.ts';

/** What is normal for a device, and beside the others of its stream. */
export type KnownBaseline = DeviceBaseline & { readonly peers: PeerGroup | null };

/** What a stream is judged with beside its plan. */
export interface StreamParts {
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  /** The type of a device; null while it is not known. */
  readonly typeOf: (device: string) => string | null;
  /** Fits forests of types elsewhere, so that readings are judged meanwhile; here where it is absent. */
  readonly fitForest?: ForestFitter;
}

/** What was judged at once. */
export interface JudgedBlock {
  readonly found: readonly Finding[];
  /** Readings that only the cheapest detector judged, or none, and in which no replay was looked for. */
  readonly shed: number;
}

/** How a block is judged. */
export interface BlockRule {
  /** Whether only the cheapest detector judges, since there is too much. */
  readonly shedding: boolean;
  /** Whether windows may go up to dearer detectors. */
  readonly open: boolean;
  /** Hears of each device of which readings were judged, up to when, and what was found; says what of it is to be told. */
  readonly heard?: (device: string, until: number, found: readonly Finding[]) => readonly Finding[];
}

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
/** Devices of a stream that one is held against. */
const MOST_PEERS = 1_000;
/** Devices that are watched on one stream; further ones are counted and left out. */
export const MOST_DEVICES = 200_000;

/**
 * All that judges one stream: its devices one by one, what they are held against together, drift, channels. The live watch
 * gives it batches of the journal, who asks about the past gives it rows of an answer: both have the same findings for
 * the same readings in the same order.
 */
export class StreamWatch {
  readonly plan: WatchPlan;
  readonly #parts: StreamParts;
  readonly #judge: DeviceJudge;
  readonly #gatherer: RowGatherer;
  readonly #namer: TextNamer;
  readonly #devices = new Map<string, DeviceWatch>();
  #drift: DriftMonitor;
  #dearer: DearerTiers | null;
  /** What features compare devices with, by type; null where no feature asks for it. */
  #groups: Map<string, PeerSlots> | null;
  /** Null where it is no stream of flows. */
  #channels: ChannelWatch | null;
  /** How its devices behave together, and how their types do where there are several. */
  #peers: BehaviourProfile;
  #types: TypeProfiles | null;

  constructor(plan: WatchPlan, parts: StreamParts) {
    this.plan = plan;
    this.#parts = parts;
    this.#judge = new DeviceJudge(plan);
    this.#gatherer = new RowGatherer(plan);
    this.#namer = new TextNamer(plan, this.#gatherer.categories);
    this.#drift = this.#beginDrift();
    this.#dearer = this.#beginTiers();
    this.#groups = this.#beginGroups();
    this.#channels = this.#beginChannels();
    this.#peers = this.#beginPeers();
    this.#types = this.#beginTypes();
  }

  get devices(): ReadonlyMap<string, DeviceWatch> {
    return this.#devices;
  }

  /** Rows that wait to be judged, and when the gateway took the oldest of them; epoch microseconds. */
  get waiting(): number {
    return this.#gatherer.rows;
  }

  get oldest(): number {
    return this.#gatherer.oldest;
  }

  /** Detectors of windows; null where there are none. */
  get dearer(): DearerTiers | null {
    return this.#dearer;
  }

  get series(): DeviceJudge['series'] {
    return this.#judge.series;
  }

  get drift(): DriftMonitor {
    return this.#drift;
  }

  /** Milliseconds that detectors beyond the cheap ones took since the start. */
  get dearMs(): number {
    return (this.#dearer?.busyMs ?? 0) + (this.series?.busyMs ?? 0);
  }

  /** Hears what each detector says of each row from now on; null for nobody. */
  listen(listener: ScoreListener | null): void {
    this.#judge.listen(listener);
  }

  /** Takes rows, which wait to be judged. @returns what is told of the stream as a whole: channels, then drift */
  take(batch: Batch): { readonly channels: readonly Finding[]; readonly drift: readonly Finding[] } {
    const channels = this.#channels?.take(batch) ?? [];
    this.#addToGroups(batch);
    this.#gatherer.add(batch);
    // In the order of the journal, whatever is judged together: so the same drift is found again after a crash.
    const drifts = this.#drift.take(batch, this.plan.byReceipt === true ? 'received' : 'time');
    return { channels, drift: drifts.map((drift) => driftFinding(this.plan, drift)) };
  }

  /** Judges all rows that wait. */
  judge({ shedding, open, heard }: BlockRule): JudgedBlock {
    const found: Finding[] = [];
    let shed = 0;
    const dearer = this.#dearer;
    if (dearer !== null) dearer.open = open;
    for (const [device, rows] of this.#gatherer.drain()) {
      const watch = this.#of(device);
      if (watch === null || shedding) shed += rows.count;
      if (watch === null) continue;
      const seen = watch.take(rows, dearer, shedding, this.#othersOf(device));
      const taken = this.#namer.take(device, rows, seen);
      found.push(...(heard === undefined ? taken : heard(device, watch.until, taken)));
    }
    for (const group of this.#groups?.values() ?? []) group.prune();
    return { found, shed };
  }

  /** What is normal for a device; null where nothing is known of it. */
  baseline(device: string): KnownBaseline | null {
    const own = this.#devices.get(device)?.describe();
    if (own === undefined) return null;
    const all = [...this.#devices.values()];
    const { typeOf } = this.#parts;
    const alike = this.plan.typed === true ? all.filter((watch) => typeOf(watch.device) === typeOf(device)) : all;
    // A sample is enough to tell what is usual among many.
    const others = alike.slice(0, MOST_PEERS).map((watch) => watch.describe());
    return { ...own, peers: peerGroup(own, others) };
  }

  /** Forgets devices: what is known of all of them together begins anew, for their values cannot be told from the others'. */
  forget(devices: readonly string[]): void {
    if (devices.length === 0) return;
    for (const device of devices) {
      this.#devices.get(device)?.release();
      this.#devices.delete(device);
      this.#namer.forget(device);
    }
    this.#dearer = this.#beginTiers();
    this.#groups = this.#beginGroups();
    this.#channels = this.#beginChannels();
    this.#peers = this.#beginPeers();
    this.#types = this.#beginTypes();
    this.#drift = this.#beginDrift();
  }

  /** All that is known: of the stream, then of its devices, then of drift. */
  *states(): Generator<DeviceState> {
    const stateOf = (device: string, snapshot: Uint8Array): DeviceState => {
      return { stream: this.plan.stream, device, snapshot };
    };
    if (this.#dearer !== null) yield stateOf(STREAM_ITSELF, this.#dearer.snapshot());
    if (this.#channels !== null) yield stateOf(CHANNELS, this.#channels.snapshot());
    if (this.#groups !== null) {
      const saved = encodeUtf8(JSON.stringify([...this.#groups].map(([type, slots]) => [type, slots.save()])));
      yield stateOf(GROUPS, encodeState(GROUPS, 2, { of: encodeUtf8(comparedIn(this.plan)), groups: saved }));
    }
    if (this.#peers.windows > 0) {
      yield stateOf(PEERS, encodeState(PEERS, 1, Object.fromEntries(profileParts('peers', this.#peers))));
    }
    if (this.#types !== null && this.#types.windows > 0) yield stateOf(TYPES, this.#types.snapshot());
    for (const [device, watch] of this.#devices) yield stateOf(device, watch.snapshot());
    if (!this.#drift.isEmpty) yield stateOf(ALL_DEVICES, this.#drift.snapshot());
  }

  /**
   * Goes on from one of the states.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT
   */
  restore({ stream, device, snapshot }: Pick<DeviceState, 'stream' | 'device' | 'snapshot'>): void {
    const { plan } = this;
    switch (device) {
      case PEERS: {
        const state = decodeState(snapshot, PEERS, 1);
        for (const [name, part] of profileParts('peers', this.#peers)) fillSaved(stream, state, name, part);
        return;
      }
      case GROUPS: {
        if (this.#groups === null) return;
        const state = decodeState(snapshot, GROUPS, 2);
        const [of, groups] = [state.get('of'), state.get('groups')];
        const isRight = of instanceof Uint8Array && decodeUtf8(of) === comparedIn(plan);
        if (!isRight || !(groups instanceof Uint8Array)) throw stateUnfit(device, 'it is of other fields or slots');
        for (const [type, saved] of JSON.parse(decodeUtf8(groups)) as [string, SavedSlots][]) {
          const slots = new PeerSlots(peerFields(plan.features));
          slots.restore(saved);
          this.#groups.set(type, slots);
        }
        return;
      }
      case CHANNELS:
        this.#channels?.restore(snapshot);
        return;
      case TYPES:
        this.#types?.restore(snapshot);
        return;
      case STREAM_ITSELF:
        this.#dearer?.restore(snapshot);
        return;
      case ALL_DEVICES:
        this.#drift = DriftMonitor.restore(plan.drift.fields, plan.drift.rule, snapshot);
        return;
      default:
        this.#devices.set(device, DeviceWatch.restore(device, plan, snapshot, this.#judge));
    }
  }

  /** What a device has by itself; null where there are too many. */
  #of(device: string): DeviceWatch | null {
    let watch = this.#devices.get(device);
    if (watch === undefined) {
      if (this.#devices.size >= MOST_DEVICES) return null;
      watch = new DeviceWatch(device, this.plan, this.#judge);
      this.#devices.set(device, watch);
    }
    return watch;
  }

  /** What the behaviour of a device is held against; until its type is known nobody holds it against types. */
  #othersOf(device: string): Others {
    const group = this.#groupOf(device)?.view(device);
    const others = { peers: this.#peers, ...(group === undefined ? {} : { group }) };
    const type = this.#types === null ? null : this.#parts.typeOf(device);
    return this.#types === null || type === null ? others : { ...others, type, types: this.#types };
  }

  /** The group of a device; null where no feature asks for it, or its type is not known yet. */
  #groupOf(device: string): PeerSlots | null {
    if (this.#groups === null) return null;
    const type = this.plan.typed === true ? this.#parts.typeOf(device) : '';
    if (type === null) return null;
    const group = this.#groups.get(type) ?? new PeerSlots(peerFields(this.plan.features));
    this.#groups.set(type, group);
    return group;
  }

  /** Takes rows into the groups of their devices; of a device whose type is not known yet into none. */
  #addToGroups(batch: Batch): void {
    const { plan } = this;
    if (this.#groups === null) return;
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
    const groups = device.dictionary.map((name) => this.#groupOf(name));
    for (let row = 0; row < batch.rows; row++) {
      const code = device.codes[row]!;
      groups[code]?.add(device.dictionary[code]!, time.values[row]!, came?.[row] ?? -Infinity, (field) => {
        const column = fields[field];
        return column === undefined || column.type === 'text' || column.nulls?.[row] === 1 ? NaN : column.values[row]!;
      });
    }
  }

  #beginDrift(): DriftMonitor {
    const { fields, rule } = this.plan.drift;
    return new DriftMonitor(fields, rule);
  }

  #beginTiers(): DearerTiers | null {
    const { plan } = this;
    if (plan.tiers === undefined) return null;
    return new DearerTiers(plan.fields.length, rateOfPart(plan), plan.tiers, this.#parts.monotonicMs, plan.windows);
  }

  #beginGroups(): Map<string, PeerSlots> | null {
    return peerFields(this.plan.features).length > 0 ? new Map() : null;
  }

  #beginChannels(): ChannelWatch | null {
    const { stream, budget, channels } = this.plan;
    if (channels === undefined) return null;
    return new ChannelWatch({ stream, budget, shown: channels.shown, rate: rateOfPart(this.plan) });
  }

  #beginPeers(): BehaviourProfile {
    return new BehaviourProfile(checkedFields(this.plan).length);
  }

  #beginTypes(): TypeProfiles | null {
    const { plan } = this;
    if (plan.typed !== true) return null;
    return new TypeProfiles(plan.traits?.length ?? TRAITS * checkedFields(plan).length, this.#parts.fitForest);
  }
}

/** What the devices of a stream are compared in, so that no other is taken for it: fields by name, and seconds of slots. */
function comparedIn({ features, inputs }: WatchPlan): string {
  return JSON.stringify(peerFields(features).map(({ field, seconds }) => [inputs[field]?.name, seconds]));
}
