import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { decodeState, encodeState, FeatureStream } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { FieldwiseDetector } from '../detector.ts';
import { goesOn } from '../goes-on.ts';
import { StateArena } from '../state-arena.ts';
import { ANCHORED_AFTER, beginAnchor, checkAnchor } from '../threshold/baseline-anchor.ts';
import type { AnchorState } from '../threshold/baseline-anchor.ts';
import { ARMED_AFTER } from '../threshold/budget-threshold.ts';
import type { ThresholdFacts } from '../threshold/budget-threshold.ts';
import { beginFieldThresholds, FieldThresholds, Judgement } from '../threshold/field-thresholds.ts';
import type { FieldThresholdsState } from '../threshold/field-thresholds.ts';
import type { BehaviourScore, Others } from '../behaviour/behaviour-watch.ts';
import { ConditionBaselines } from '../context/condition-baselines.ts';
import type { MovedCondition } from '../context/condition-baselines.ts';
import { DeviceChecks, NO_HISTORY } from './device-checks.ts';
import type { OpenViolation } from './device-checks.ts';
import { withoutAbsurd } from './absurd-start.ts';
import { blurRows, checkedRows, measuresOf, Room, RowOrder, sliceGiven } from './device-rows.ts';
import type { DeviceRows } from './device-rows.ts';
import { WINDOW_ROWS } from '../tiers/dearer-tiers.ts';
import type { DearerTiers, TierScored } from '../tiers/dearer-tiers.ts';
import { seriesKey, SeriesTier } from '../tiers/series-tier.ts';
import type { SeriesSeat } from '../tiers/series-tier.ts';
import { showUsual } from './explain-finding.ts';
import { RowExplainer } from './explain-row.ts';
import type { Beyond } from './explain-row.ts';
import type { Finding } from './finding.ts';
import { OpenFinding } from './open-finding.ts';
import { rateOfPart } from './rate-of-part.ts';
import { ReadingMemory } from './reading-memory.ts';
import { fillSaved, savedNumber, stateUnfit } from './saved-state.ts';
import type { SavedState } from './saved-state.ts';
import type { WatchedDetector } from './detector-catalogue.ts';
import type { WatchPlan } from './watch-plan.ts';

/** What is normal for a device on a stream. */
export interface DeviceBaseline {
  readonly device: string;
  readonly stream: string;
  /** Time of the first reading that it rests on, and of the last; epoch microseconds. */
  readonly since: number;
  readonly until: number;
  readonly readings: number;
  readonly fields: readonly {
    readonly name: string;
    readonly unit: string | null;
    readonly centre: number;
    readonly spread: number;
  }[];
  readonly detectors: readonly (ThresholdFacts & { readonly name: string })[];
  /** Whether it behaves as it did, and as the others of its stream do. */
  readonly behaviour: BehaviourScore;
}

/** How the watch of a device stands. */
export interface DeviceFacts {
  readonly readings: number;
  /** Rows that were earlier than one before them. */
  readonly late: number;
  /** Time of the last reading; −Infinity before the first. */
  readonly until: number;
  /** Readings that a cheap detector found beyond its limit. */
  readonly beyond: number;
}

/** What a detector said of a row. */
export interface SeenScore {
  readonly device: string;
  /** Time of the row as it is taken, epoch microseconds. */
  readonly time: number;
  readonly detector: string;
  /** Of a detector of fields how rare the rarest of them was, as −ln of a share; else its score. */
  readonly score: number;
  /** What it was held against; Infinity while too little is known. */
  readonly limit: number;
  readonly beyond: boolean;
}

export type ScoreListener = (score: SeenScore) => void;

interface Part {
  readonly detector: FieldwiseDetector;
  readonly thresholds: FieldThresholds;
  readonly state: FieldThresholdsState;
}

const NAME = 'device-watch';
const VERSION = 1;
const MICROS = 1e6;
/** How often is looked whether what is usual has moved, in readings. */
const ANCHOR_EVERY = 64;
/** Windows that a device can save up to send at once. */
const MOST_CREDIT = 16;

/** What a device has by itself; it is judged by whoever all devices of its stream take turns at. */
export interface SeatedDevice {
  readonly device: string;
  /** The numbers of all that is known of it, as they lie in the arena. */
  readonly numbers: Float64Array;
  /** Its past, as the check of replays has it. */
  history: Uint8Array<ArrayBuffer>;
  /** What is usual under each condition; null where there are none. */
  readonly conditions: ConditionBaselines | null;
  /** What is going on: by detectors, and by what was violated. */
  readonly open: OpenFinding;
  readonly violated: OpenViolation[];
  /** Detectors that follow it; null where there is no memory for them, undefined until it sends. */
  series?: SeriesSeat | null;
}

/** The first numbers of a device, in the order in which room is taken for them: its own, of the order, of its memory. */
const [BEYOND, CREDIT, UNTIL, LATE, READINGS] = [0, 1, 3, 5, 6];

/**
 * Judges the devices of one stream, one at a time: a baseline, the detectors of the plan with their thresholds, and what
 * is going on. A device takes its seat, which is one copy of its numbers into the arena and one out again, so that
 * nothing but numbers is kept for each of them.
 *
 * Rows that are earlier than one before them are counted and not judged, so the order of late ones changes nothing.
 * What rows it is given at once makes no difference to what is found; shares and counterfactuals are those of detectors
 * that have learnt the rest of the block.
 */
export class DeviceJudge {
  readonly #plan: WatchPlan;
  readonly #arena: Float64Array;
  /** The arena before anything is known. */
  readonly #blank: Float64Array;
  readonly #parts: readonly Part[];
  /** Where in the arena their numbers begin and end. */
  readonly #ofParts: readonly [from: number, to: number];
  readonly #checks: DeviceChecks;
  readonly #memory: ReadingMemory;
  readonly #explainer: RowExplainer;
  readonly #order: RowOrder;
  readonly #anchor: AnchorState;
  /** Null where nothing is computed of readings. */
  readonly #features: FeatureStream | null;
  /** Readings that a cheap detector found beyond its limit; windows that may be sent up on suspicion. */
  readonly #numbers: Float64Array;
  readonly #resolutions: readonly number[];
  readonly #share: number;
  /** Detectors that follow each device by itself; null where there are none. */
  readonly series: SeriesTier | null;
  /** Used again for each block. */
  readonly #blurred = new Room();
  readonly #scores: readonly Room[];
  /** What was found of the row that is judged: whoever explains it asks all of them. */
  readonly #beyond: Beyond[] = [];
  #listener: ScoreListener | null = null;
  // Of the device that has its seat; null while what is in the arena is no device's yet.
  #seated: SeatedDevice | null = null;
  #device = '';
  #seed = 0;
  #open = new OpenFinding();
  #conditions: ConditionBaselines | null = null;
  #own: SeatedDevice | null = null;

  constructor(plan: WatchPlan) {
    this.#plan = plan;
    const width = plan.fields.length;
    const { armedAfter = ARMED_AFTER } = plan;
    const rate = rateOfPart(plan);
    const { built, arena } = StateArena.around((room) => ({
      numbers: room.take(Float64Array.of(0, MOST_CREDIT)),
      order: new RowOrder(room),
      memory: new ReadingMemory(plan.fields, room, plan.remembered),
      partsFrom: room.used,
      parts: plan.detectors.map(({ kind, floor, options, scores, settles, chances }): Part => {
        const detector = kind.create(width, scores ?? options);
        detector.moveInto(room);
        const plain = settles !== undefined;
        const state = room.takeAll(beginFieldThresholds(width, plain));
        const rule = {
          rate,
          floor,
          armedAfter: settles ?? armedAfter,
          plain,
          ...(chances === true ? { chances } : {}),
        };
        return { detector, thresholds: new FieldThresholds(width, rule, state), state };
      }),
      partsTo: room.used,
      checks: new DeviceChecks(plan, room),
      anchor: room.take(beginAnchor(width)),
      features:
        plan.features.length === 0
          ? null
          : new FeatureStream(plan.features, plan.inputs.length + 1, (numbers) => room.take(numbers)),
    }));
    this.#arena = new Float64Array(arena.bytes.buffer);
    this.#blank = this.#arena.slice();
    this.#numbers = built.numbers;
    this.#parts = built.parts;
    this.#ofParts = [built.partsFrom / Float64Array.BYTES_PER_ELEMENT, built.partsTo / Float64Array.BYTES_PER_ELEMENT];
    this.#checks = built.checks;
    this.#memory = built.memory;
    this.#order = built.order;
    this.#anchor = built.anchor;
    this.#features = built.features;
    this.#explainer = new RowExplainer(plan, built.memory);
    this.#resolutions = plan.fields.map(({ resolution }) => resolution);
    this.#share = suspicionShare(plan);
    this.#scores = plan.detectors.map(() => new Room());
    this.series =
      plan.series === undefined ? null : new SeriesTier(plan.series, { rate, armedAfter }, plan.tiers?.memory);
  }

  /** A device of which nothing is known. */
  begin(device: string): SeatedDevice {
    const { context, fields } = this.#plan;
    return {
      device,
      numbers: this.#blank.slice(),
      history: NO_HISTORY,
      conditions: context === undefined ? null : new ConditionBaselines(fields.length),
      open: new OpenFinding(),
      violated: [],
    };
  }

  /** Hears what each detector says of each row from now on; null for nobody. */
  listen(listener: ScoreListener | null): void {
    this.#listener = listener;
  }

  /** What is asked of a device most often. */
  facts({ numbers }: SeatedDevice): DeviceFacts {
    return { readings: numbers[READINGS]!, late: numbers[LATE]!, until: numbers[UNTIL]!, beyond: numbers[BEYOND]! };
  }

  /**
   * Judges and learns rows, whose last column is left to it.
   *
   * @param dearer where windows go that look odd, or are of the random sample; null where nothing is to be sent up
   * @param shedding whether there is time for no more than the cheapest detector
   * @param others what its behaviour is held against beside itself
   * @returns what was found, or changed in what was found before
   */
  take(
    own: SeatedDevice,
    given: DeviceRows,
    dearer: DearerTiers | null,
    shedding: boolean,
    others: Others,
  ): readonly Finding[] {
    this.#seat(own);
    this.#seated = null;
    const found: Finding[] = [];
    let judged = 0;
    // The first rows go one by one: with the last of them is known what of them is absurd.
    for (; this.#memory.opensIn > 0 && judged < given.count; judged++) {
      this.#judge(sliceGiven(given, this.#plan, judged, judged + 1), dearer, shedding, others, found);
      if (this.#memory.opensIn === 0) this.#leaveOutAbsurd();
    }
    const rest = judged === 0 ? given : sliceGiven(given, this.#plan, judged, given.count);
    if (rest.count > 0) this.#judge(rest, dearer, shedding, others, found);
    own.numbers.set(this.#arena);
    own.history = this.#checks.history;
    this.#seated = own;
    return found;
  }

  #judge(given: DeviceRows, dearer: DearerTiers | null, shedding: boolean, others: Others, found: Finding[]): void {
    this.#checks.take(checkedRows(given, this.#plan), given, others, found, shedding);
    const rows = this.#order.timely(given, this.#plan);
    if (rows.count === 0) return;
    const width = this.#plan.fields.length;
    const { count, times, inputs } = rows;
    if (inputs !== null) {
      this.#features?.pushInto(times, inputs, count, rows.values, width, this.#plan.sources.length, others.group);
    }
    const measures = measuresOf(rows, this.#plan);
    const moved: (MovedCondition | null)[] = [];
    const plain = blurRows(measures, this.#plan, this.#memory.readings, this.#blurred);
    const blurred = this.#conditioned(measures, plain, moved);
    const seenBy = ({ exact, scores }: WatchedDetector): Float64Array =>
      scores !== undefined ? rows.values : exact ? measures.values : blurred;
    const parts = shedding ? this.#parts.slice(0, 1) : this.#parts;
    const scores = parts.map(({ detector }, i) => {
      const own = this.#scores[i]!.of(count * width);
      detector.stepFields({ values: seenBy(this.#plan.detectors[i]!), width, count }, own);
      return own;
    });
    const share = this.#share;
    const seat = this.#seatOfSeries();
    for (let row = 0; row < count; row++) {
      const time = times[row]!;
      this.#open.pass(time, this.#plan.quietSeconds * MICROS, found);
      // Where no detector sees every reading, every reading is worth a look.
      let odd = parts.length === 0 && seat === null;
      this.#beyond.length = 0;
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i]!;
        // What was not judged at this row says nothing of what is usual.
        const field = part.thresholds.take(time / MICROS, scores[i]!, row * width);
        if (field !== Judgement.none) {
          if (part.thresholds.isOdd(share)) odd = true;
          if (this.#listener !== null) {
            const { rarity, limit } = part.thresholds.rarest;
            this.#heard(time, part.detector.kind, rarity, limit, field >= 0);
          }
        }
        if (field < 0) continue;
        this.#numbers[BEYOND] = this.#numbers[BEYOND]! + 1;
        const values = seenBy(this.#plan.detectors[i]!);
        const own = scores[i]!.subarray(row * width, (row + 1) * width);
        const { limits } = part.thresholds;
        const times = own.map((score, at) => (score > 0 ? score / limits[at]! : 0));
        this.#beyond.push({
          detector: part.detector,
          thresholds: part.thresholds,
          rows,
          values,
          exact: values !== blurred,
          row,
          time,
          score: own[field]!,
          limit: limits[field]!,
          limits,
          times,
        });
      }
      for (const one of this.#beyond) this.#open.beyond(this.#explainer.alarmOf(one, this.#beyond), found);
      if (seat !== null && this.#follow(seat, rows, { blurred, exact: measures.values }, row, dearer, found))
        odd = true;
      // What is usual is what was usual before the reading, whatever comes with it in one block.
      this.#memory.remember(rows, row, this.#open.current !== null);
      if (dearer !== null) this.#sendUp(dearer, rows, row, odd, found);
      // Where conditions change what is usual, what is usual over all of them moves with their mixture.
      const away = this.#conditions === null ? this.#movedAt(time) : (moved[row] ?? null);
      if (away !== null) found.push(this.#explainer.moved(away, rows, row));
    }
  }

  /** Has detectors learn the first rows anew where one of them was wild: they would be blind for thousands of rows. */
  #leaveOutAbsurd(): void {
    const opening = this.#memory.opening;
    const width = this.#plan.fields.length;
    const { times, count } = opening;
    const values = withoutAbsurd({ values: opening.values, width, count });
    if (values === null) return;
    const rows: DeviceRows = { values, times, count };
    this.#memory.beginAnew(rows);
    this.#checks.beginAnew();
    const [from, to] = this.#ofParts;
    this.#arena.set(this.#blank.subarray(from, to), from);
    const measures = measuresOf(rows, this.#plan);
    const blurred = blurRows(measures, this.#plan, 0, this.#blurred);
    // Under conditions nothing is known so early of what is usual.
    if (this.#conditions !== null) for (let i = 0; i < blurred.length; i++) if ((i + 1) % width !== 0) blurred[i] = NaN;
    for (const [i, { detector, thresholds }] of this.#parts.entries()) {
      const scores = this.#scores[i]!.of(count * width);
      const { exact, scores: given } = this.#plan.detectors[i]!;
      detector.stepFields(
        { values: given !== undefined ? values : exact ? measures.values : blurred, width, count },
        scores,
      );
      for (let row = 0; row < count; row++) thresholds.take(times[row]! / MICROS, scores, row * width);
    }
  }

  /** Detectors of series of the device that is judged, which has them from its first reading on. */
  #seatOfSeries(): SeriesSeat | null {
    if (this.series === null || this.#own === null) return null;
    if (this.#own.series === undefined) this.#own.series = this.series.seat();
    return this.#own.series;
  }

  /** Has detectors of series judge a row; says whether it looks odd to them. */
  #follow(
    seat: SeriesSeat,
    rows: DeviceRows,
    { blurred, exact }: { readonly blurred: Float64Array; readonly exact: Float64Array },
    row: number,
    dearer: DearerTiers | null,
    found: Finding[],
  ): boolean {
    const series = this.series!;
    if (dearer?.open === false) {
      series.shedOne();
      return false;
    }
    const width = this.#plan.fields.length;
    const own = (values: Float64Array): Float64Array => values.subarray(row * width, (row + 1) * width);
    const time = rows.times[row]!;
    return series.take(seat, own(blurred), own(exact), time, this.#share, {
      beyond: (verdict) => this.#open.beyond(this.#explainer.alarmOfSeries(verdict, rows, row), found),
      ...(this.#listener === null
        ? {}
        : { scored: (name, score, limit, is) => this.#heard(time, name, score, limit, is) }),
    });
  }

  #heard(time: number, detector: string, score: number, limit: number, beyond: boolean): void {
    this.#listener?.({ device: this.#device, time, detector, score, limit, beyond });
  }

  /** Tells that a device does not come any more. */
  release(own: SeatedDevice): void {
    if (own.series !== undefined && own.series !== null) this.series?.release();
    delete own.series;
  }

  /** What is in the arena is then what is known of the device. */
  #seat(own: SeatedDevice): void {
    if (this.#seated === own) return;
    this.#seated = own;
    this.#arena.set(own.numbers);
    this.#checks.seat(own.device, { history: own.history, open: own.violated });
    this.#device = own.device;
    this.#seed = seedOf(own.device);
    this.#open = own.open;
    this.#conditions = own.conditions;
    this.#explainer.seat(own.device, own.conditions);
    this.#own = own;
  }

  describe(own: SeatedDevice): DeviceBaseline {
    this.#seat(own);
    const { fields, stream } = this.#plan;
    return {
      device: this.#device,
      stream,
      since: this.#order.since,
      until: this.#order.until,
      readings: this.#memory.readings,
      behaviour: this.#checks.behaviour,
      // Nothing of fields whose class keeps their values out of alerts.
      fields: fields.flatMap((field, i) =>
        field.shown ? [showUsual(field, this.#memory.usual.centre[i]!, this.#memory.usual.spread[i]!)] : [],
      ),
      detectors: [
        ...this.#parts.map(({ detector, thresholds }) => ({ name: detector.kind, ...thresholds.facts })),
        ...(own.series === undefined || own.series === null ? [] : this.series!.facts(own.series)),
      ],
    };
  }

  /** Its whole state, which a later process goes on from. */
  snapshot(own: SeatedDevice): Uint8Array {
    this.#seat(own);
    const state: Record<string, number | StateArray> = {
      width: this.#plan.fields.length,
      since: this.#order.since,
      until: this.#order.until,
      latest: this.#order.latest,
      readings: this.#memory.readings,
      late: this.#order.late,
      credit: this.#numbers[CREDIT]!,
      centre: this.#memory.usual.centre,
      spread: this.#memory.usual.spread,
      counts: this.#memory.usual.counts,
      anchor: this.#anchor,
      recent: this.#memory.recent,
      'usual times': this.#memory.sample.times,
      'usual rows': this.#memory.sample.rows,
      fields: encodeUtf8(this.#plan.fields.map(({ name }) => name).join('\n')),
    };
    if (this.#features !== null) state['features'] = this.#features.snapshot();
    if (this.#open.current !== null) state['open'] = encodeUtf8(JSON.stringify(this.#open.current));
    for (const [i, { detector, state: limits }] of this.#parts.entries()) {
      const key = keyOf(this.#plan.detectors[i]!);
      state[`detector ${key}`] = detector.snapshot();
      state[`limits ${key}`] = limits.threshold;
      if (limits.calibration.length > 0) state[`calibration ${key}`] = limits.calibration;
    }
    for (const [i, { detector, threshold }] of (own.series ?? []).entries()) {
      const key = seriesKey(this.#plan.series![i]!);
      state[`series ${key}`] = detector.snapshot();
      state[`series limits ${key}`] = threshold;
    }
    if (this.#conditions !== null) {
      state['conditions'] = this.#conditions.pack();
      state['condition anchors'] = this.#conditions.packAnchors();
    }
    this.#checks.saveInto(state);
    return encodeState(NAME, VERSION, state);
  }

  /**
   * A device that goes on from a snapshot. A detector that the snapshot has not begins anew.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT if it is of other fields
   */
  restore(device: string, bytes: Uint8Array): SeatedDevice {
    const plan = this.#plan;
    const state = decodeState(bytes, NAME, VERSION);
    const fields = plan.fields.map(({ name }) => name).join('\n');
    const had = state.get('fields');
    if (!(had instanceof Uint8Array) || decodeUtf8(had) !== fields) {
      throw stateUnfit(device, 'it is of other fields');
    }
    const own = this.begin(device);
    this.#seat(own);
    this.#order.since = savedNumber(device, state, 'since');
    this.#order.until = savedNumber(device, state, 'until');
    this.#order.latest = savedNumber(device, state, 'latest');
    this.#memory.readings = savedNumber(device, state, 'readings');
    this.#order.late = savedNumber(device, state, 'late');
    if (state.has('credit')) this.#numbers[CREDIT] = savedNumber(device, state, 'credit');
    fillSaved(device, state, 'centre', this.#memory.usual.centre);
    fillSaved(device, state, 'spread', this.#memory.usual.spread);
    fillSaved(device, state, 'counts', this.#memory.usual.counts);
    // A state of before there were any begins to hold fast now.
    if (state.has('anchor')) fillSaved(device, state, 'anchor', this.#anchor);
    fillSaved(device, state, 'recent', this.#memory.recent);
    // A state of before they were in single precision begins another sample.
    if (state.has('usual times')) {
      fillSaved(device, state, 'usual times', this.#memory.sample.times);
      fillSaved(device, state, 'usual rows', this.#memory.sample.rows);
    }
    this.#checks.restoreFrom(state);
    const conditions = state.get('conditions');
    if (conditions instanceof Float64Array) own.conditions?.unpack(conditions);
    const anchors = state.get('condition anchors');
    if (anchors instanceof Float64Array) own.conditions?.unpackAnchors(anchors);
    const features = state.get('features');
    if (features instanceof Uint8Array) this.#features?.resume(features);
    const open = state.get('open');
    if (open instanceof Uint8Array) own.open.current = JSON.parse(decodeUtf8(open)) as Finding;
    for (const [i, part] of this.#parts.entries()) {
      const key = keyOf(plan.detectors[i]!);
      const detector = state.get(`detector ${key}`);
      if (!(detector instanceof Uint8Array)) continue;
      if (!goesOn(() => part.detector.resume(detector))) continue;
      // A state of before fields had limits of their own learns them anew.
      if (!state.has(`limits ${key}`)) continue;
      fillSaved(device, state, `limits ${key}`, part.state.threshold);
      const { calibration } = part.state;
      if (calibration.length > 0) fillSaved(device, state, `calibration ${key}`, calibration);
    }
    this.#restoreSeries(own, state);
    own.numbers.set(this.#arena);
    own.history = this.#checks.history;
    // What was restored beside the numbers takes its seat with the device.
    this.#seated = null;
    return own;
  }

  /** Takes up what a device had of detectors of series; where that cannot be read its memory is for others. */
  #restoreSeries(own: SeatedDevice, state: SavedState): void {
    try {
      for (const [i, part] of (this.#seatOfSeries() ?? []).entries()) {
        const kind = this.#plan.series![i]!;
        const key = seriesKey(kind);
        const detector = state.get(`series ${key}`);
        if (!(detector instanceof Uint8Array) || !state.has(`series limits ${key}`)) continue;
        const resume = (): void => void (part.detector = kind.kind.restore(detector));
        if (goesOn(resume)) fillSaved(own.device, state, `series limits ${key}`, part.threshold);
      }
    } catch (error) {
      this.release(own);
      throw error;
    }
  }

  /** Blurred values, in spreads from what is usual under their conditions where there are any. */
  #conditioned(
    { conditions, count, times }: DeviceRows,
    blurred: Float64Array,
    moved: (MovedCondition | null)[],
  ): Float64Array {
    if (this.#conditions === null || conditions === undefined) return blurred;
    const width = this.#plan.fields.length;
    const into = new Float64Array(blurred.length);
    const apart = 1 / rateOfPart(this.#plan);
    for (let row = 0; row < count; row++) {
      const condition = conditions[row]!;
      this.#conditions.standardise(condition, blurred, row * width, into, width - 1);
      moved.push(this.#conditions.checkMoved(condition, this.#resolutions, times[row]! / MICROS, apart));
    }
    return into;
  }

  /** Sends the latest readings to the dearer tiers where they look odd and the budget allows it, or as a sample. */
  #sendUp(dearer: DearerTiers, rows: DeviceRows, row: number, odd: boolean, found: Finding[]): void {
    const numbers = this.#numbers;
    numbers[CREDIT] = Math.min(MOST_CREDIT, numbers[CREDIT]! + (this.#plan.tiers?.suspicious ?? 0));
    const sampled = dearer.samples(drawOf(this.#seed, this.#memory.readings));
    if (!dearer.any || (!odd && !sampled)) return;
    const affordable = numbers[CREDIT] >= 1;
    if (!dearer.admits(affordable || sampled)) return;
    if (odd && affordable) numbers[CREDIT] -= 1;
    const window = new Float64Array(WINDOW_ROWS * this.#plan.fields.length);
    const seconds = this.#memory.standardised(window);
    if (Number.isNaN(seconds)) return;
    const time = rows.times[row]!;
    const scored: TierScored | undefined =
      this.#listener === null
        ? undefined
        : (name, score, limit) => this.#heard(time, name, score, limit, score > limit);
    const verdict = dearer.judge(window, seconds / (WINDOW_ROWS - 1), odd, sampled, scored);
    if (verdict === null || this.#memory.readings < (this.#plan.armedAfter ?? ARMED_AFTER)) return;
    this.#open.beyond(this.#explainer.alarmOfWindow(verdict, window, rows, row), found);
  }

  /** Looks, now and then, whether what is usual has moved, however slowly. */
  #movedAt(time: number): MovedCondition | null {
    const { readings, usual } = this.#memory;
    if (readings % ANCHOR_EVERY !== 0 || readings < ANCHORED_AFTER) return null;
    const moved = checkAnchor(this.#anchor, usual, this.#resolutions, time / MICROS, 1 / rateOfPart(this.#plan));
    return moved === null ? null : { ...moved, now: usual.centre[moved.field]!, readings };
  }
}

/** Share of the readings that one detector may be suspicious of. */
function suspicionShare({ detectors, series = [], tiers }: WatchPlan): number {
  return Math.min(0.05, Math.max(1e-6, (tiers?.suspicious ?? 0) / Math.max(1, detectors.length + series.length)));
}

/** The name under which what a device has of a detector is kept: with other settings it is another. */
function keyOf({ kind, options }: WatchedDetector): string {
  return options === undefined ? kind.name : `${kind.name} ${JSON.stringify(options)}`;
}

/** A number from 0 to 1 that a reading of a device has, whatever it is given together with. */
function drawOf(seed: number, reading: number): number {
  let mixed = Math.imul(seed ^ reading, 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
}

function seedOf(name: string): number {
  let seed = 0;
  for (let i = 0; i < name.length; i++) seed = Math.imul(seed ^ name.charCodeAt(i), 0x9e3779b1);
  return seed;
}
