import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { beginBaseline, decodeState, encodeState, learnBaseline, standardise } from '#learn/features/index.ts';
import type { BaselineState, StateArray } from '#learn/features/index.ts';
import type { IncrementalDetector } from '../detector.ts';
import { DetectError } from '../errors.ts';
import { ANCHORED_AFTER, beginAnchor, checkAnchor, MOVED_LIMIT } from '../threshold/baseline-anchor.ts';
import type { AnchorState } from '../threshold/baseline-anchor.ts';
import {
  ARMED_AFTER,
  beginThreshold,
  chargeAlarm,
  limitOf,
  takeScore,
  THRESHOLD_LENGTH,
  thresholdFacts,
} from '../threshold/budget-threshold.ts';
import type { ThresholdFacts, ThresholdRule, ThresholdState } from '../threshold/budget-threshold.ts';
import { findCauses, movedCause, sayFinding, showReading, showUsual } from './explain-finding.ts';
import { findingId, severityOf } from './finding.ts';
import type { Finding, FiredDetector, ShownReading } from './finding.ts';
import type { WatchPlan } from './watch-plan.ts';

/** Rows of one device in the order of their coming: a block, and the time of each row in epoch microseconds. */
export interface DeviceRows {
  readonly values: Float64Array;
  readonly times: Float64Array;
  readonly count: number;
}

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
}

interface Part {
  readonly detector: IncrementalDetector;
  readonly threshold: ThresholdState;
  readonly rule: ThresholdRule;
}

const NAME = 'device-watch';
const VERSION = 1;
/** Readings that a baseline remembers. */
const MEMORY = 3600;
/** Latest rows that are kept as evidence, and usual rows that are kept to compare with. */
const RECENT = 8;
const USUAL = 16;
const SHOWN = 5;
/** One usual reading in so many is kept. */
const SAMPLE_EVERY = 64;
/** The golden ratio: its multiples spread evenly, so that blurring needs no randomness. */
const GOLDEN = 0.618_033_988_749_894_9;
/** Blurs a value without a declared range by this share of itself. */
const RELATIVE = 1e-3;
const MICROS = 1e6;
/** How often is looked whether what is usual has moved, in readings. */
const ANCHOR_EVERY = 64;
/** The name under which that is told. */
const MOVED_NAME = 'baseline-moved';

/**
 * Watches one device on one stream: a baseline, the detectors of the plan with their thresholds, and what is going on.
 *
 * Rows that are earlier than one before them are counted and not judged, so the order of late ones changes nothing.
 * Its memory is bounded: `stateBytes` and what is going on. What rows it is given at once makes no difference to what is found; shares and
 * counterfactuals are those of detectors that have learnt the rest of the block.
 */
export class DeviceWatch {
  readonly device: string;
  readonly #plan: WatchPlan;
  readonly #parts: readonly Part[];
  /** What is going on; null while nothing is. */
  #open: Finding | null = null;
  readonly #usual: BaselineState;
  readonly #anchor: AnchorState;
  readonly #resolutions: readonly number[];
  /** Times and values of the latest rows, and of a sample of usual ones, in rings. */
  readonly #recent: Float64Array;
  readonly #sample: Float64Array;
  #since = NaN;
  #until = -Infinity;
  /** The latest time that a reading told. */
  #latest = -Infinity;
  #readings = 0;
  #late = 0;

  constructor(device: string, plan: WatchPlan) {
    this.device = device;
    this.#plan = plan;
    const width = plan.fields.length;
    const { armedAfter = ARMED_AFTER } = plan;
    // One part more, for what tells that the baseline itself has moved.
    const rate = plan.budget.alarms / plan.budget.seconds / (plan.detectors.length + 1);
    this.#parts = plan.detectors.map(({ kind, floor }) => ({
      detector: kind.create(width) as IncrementalDetector,
      threshold: beginThreshold(),
      rule: { rate, floor, armedAfter },
    }));
    this.#usual = beginBaseline(width);
    this.#anchor = beginAnchor(width);
    this.#resolutions = plan.fields.map(({ resolution }) => resolution);
    this.#recent = new Float64Array(RECENT * (1 + width)).fill(NaN);
    this.#sample = new Float64Array(USUAL * (1 + width)).fill(NaN);
  }

  get readings(): number {
    return this.#readings;
  }

  /** Rows that were earlier than one before them. */
  get late(): number {
    return this.#late;
  }

  /** Time of the last reading; −Infinity before the first. */
  get until(): number {
    return this.#until;
  }

  /** Bytes of its numbers, without what is going on. */
  get stateBytes(): number {
    const detectors = this.#parts.reduce((sum, { detector }) => sum + detector.stateBytes, 0);
    return (
      this.#anchor.byteLength +
      detectors +
      this.#parts.length * THRESHOLD_LENGTH * 8 +
      this.#recent.byteLength +
      this.#sample.byteLength
    );
  }

  /**
   * Judges and learns rows, whose last column is left to it.
   *
   * @param tiers how many of the detectors judge, the cheapest first: under overload fewer do
   * @returns what was found, or changed in what was found before
   */
  take(given: DeviceRows, tiers = Infinity): readonly Finding[] {
    const rows = this.#timely(given);
    if (rows.count === 0) return [];
    const width = this.#plan.fields.length;
    const blurred = this.#blur(rows);
    const { count, times } = rows;
    const parts = tiers >= this.#parts.length ? this.#parts : this.#parts.slice(0, tiers);
    const scores = parts.map(({ detector }, i) => {
      const own = new Float64Array(count);
      detector.step({ values: this.#plan.detectors[i]!.exact ? rows.values : blurred, width, count }, own);
      return own;
    });
    const found: Finding[] = [];
    for (let row = 0; row < count; row++) {
      const time = times[row]!;
      if (this.#open !== null && time - this.#open.end > this.#plan.quietSeconds * MICROS) this.#close(found);
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i]!;
        const limit = limitOf(part.threshold, part.rule);
        const score = scores[i]![row]!;
        if (!takeScore(part.threshold, part.rule, time / MICROS, score)) continue;
        const values = this.#plan.detectors[i]!.exact ? rows.values : blurred;
        this.#beyond(part, { rows, values, row, time, limit, score }, found);
      }
      // What is usual is what was usual before the reading, whatever comes with it in one block.
      this.#remember(rows, row);
      if (this.#readings % ANCHOR_EVERY === 0 && this.#readings >= ANCHORED_AFTER) this.#checkAnchor(rows, row, found);
    }
    return found;
  }

  describe(): DeviceBaseline {
    const { fields, stream } = this.#plan;
    return {
      device: this.device,
      stream,
      since: this.#since,
      until: this.#until,
      readings: this.#readings,
      // Nothing of fields whose class keeps their values out of alerts.
      fields: fields.flatMap((field, i) =>
        field.shown ? [showUsual(field, this.#usual.centre[i]!, this.#usual.spread[i]!)] : [],
      ),
      detectors: this.#parts.map(({ detector, threshold, rule }) => ({
        name: detector.kind,
        ...thresholdFacts(threshold, rule),
      })),
    };
  }

  /** Its whole state, which a later process goes on from. */
  snapshot(): Uint8Array {
    const state: Record<string, number | StateArray> = {
      width: this.#plan.fields.length,
      since: this.#since,
      until: this.#until,
      latest: this.#latest,
      readings: this.#readings,
      late: this.#late,
      centre: this.#usual.centre,
      spread: this.#usual.spread,
      counts: this.#usual.counts,
      anchor: this.#anchor,
      recent: this.#recent,
      sample: this.#sample,
      fields: encodeUtf8(this.#plan.fields.map(({ name }) => name).join('\n')),
    };
    if (this.#open !== null) state['open'] = encodeUtf8(JSON.stringify(this.#open));
    for (const { detector, threshold } of this.#parts) {
      state[`detector ${detector.kind}`] = detector.snapshot();
      state[`threshold ${detector.kind}`] = threshold;
    }
    return encodeState(NAME, VERSION, state);
  }

  /**
   * A watch that goes on from a snapshot under a plan. A detector that the snapshot has not begins anew.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, FEATURES_STATE_FOREIGN
   * @throws {DetectError} DETECT_STATE_UNFIT if it is of other fields
   */
  static restore(device: string, plan: WatchPlan, bytes: Uint8Array): DeviceWatch {
    const state = decodeState(bytes, NAME, VERSION);
    const fields = plan.fields.map(({ name }) => name).join('\n');
    const had = state.get('fields');
    if (!(had instanceof Uint8Array) || decodeUtf8(had) !== fields) {
      throw new DetectError('DETECT_STATE_UNFIT', `Cannot restore the baseline of ${device}: it is of other fields`, {
        hint: 'It is learnt anew',
      });
    }
    const watch = new DeviceWatch(device, plan);
    watch.#since = numberOf(device, state, 'since');
    watch.#until = numberOf(device, state, 'until');
    watch.#latest = numberOf(device, state, 'latest');
    watch.#readings = numberOf(device, state, 'readings');
    watch.#late = numberOf(device, state, 'late');
    fill(device, state, 'centre', watch.#usual.centre);
    fill(device, state, 'spread', watch.#usual.spread);
    fill(device, state, 'counts', watch.#usual.counts);
    // A state of before there were any begins to hold fast now.
    if (state.has('anchor')) fill(device, state, 'anchor', watch.#anchor);
    fill(device, state, 'recent', watch.#recent);
    fill(device, state, 'sample', watch.#sample);
    const open = state.get('open');
    if (open instanceof Uint8Array) watch.#open = JSON.parse(decodeUtf8(open)) as Finding;
    for (const [i, part] of watch.#parts.entries()) {
      const { kind } = plan.detectors[i]!;
      const detector = state.get(`detector ${kind.name}`);
      if (!(detector instanceof Uint8Array)) continue;
      Object.assign(part, { detector: kind.restore(detector) });
      fill(device, state, `threshold ${kind.name}`, part.threshold);
    }
    return watch;
  }

  /** The rows that are no earlier than all before them, with the time since the one before in their last column. */
  #timely({ values, times, count }: DeviceRows): DeviceRows {
    const width = this.#plan.fields.length;
    const kept = new Float64Array(count * width);
    const keptTimes = new Float64Array(count);
    let at = 0;
    for (let row = 0; row < count; row++) {
      const told = times[row]!;
      if (!(told >= this.#latest) && this.#plan.byReceipt !== true) {
        this.#late += 1;
        continue;
      }
      this.#latest = Math.max(this.#latest, told);
      // Several may have one time, as of receipt: they are taken to be a microsecond apart.
      const time = Math.max(told, this.#until + 1);
      for (let i = 0; i < width - 1; i++) kept[at * width + i] = values[row * width + i]!;
      kept[at * width + width - 1] =
        this.#until === -Infinity || this.#plan.byReceipt === true ? NaN : Math.log1p((time - this.#until) / MICROS);
      keptTimes[at++] = time;
      this.#until = time;
      if (Number.isNaN(this.#since)) this.#since = time;
    }
    return { values: kept.subarray(0, at * width), times: keptTimes.subarray(0, at), count: at };
  }

  /** The values with their resolution as noise, so that a field that seldom changes is not held to never change. */
  #blur({ values, count }: DeviceRows): Float64Array {
    const { fields } = this.#plan;
    const width = fields.length;
    const blurred = new Float64Array(values.length);
    for (let row = 0; row < count; row++) {
      const phase = ((this.#readings + row + 1) * GOLDEN) % 1;
      for (let i = 0; i < width; i++) {
        const value = values[row * width + i]!;
        const resolution = fields[i]!.resolution || Math.abs(value) * RELATIVE;
        // Another phase for each field, or their noise would go together.
        blurred[row * width + i] = value + (((phase + i * GOLDEN * GOLDEN) % 1) - 0.5) * resolution;
      }
    }
    return blurred;
  }

  #beyond(part: Part, beyond: Beyond, found: Finding[]): void {
    const { time, score, limit } = beyond;
    const { kind } = part.detector;
    const open = this.#open;
    const known = open?.detectors.find(({ name }) => name === kind);
    const readings = (known?.readings ?? 0) + 1;
    const own = { name: kind, score: Math.max(known?.score ?? 0, score), limit: known?.limit ?? limit, readings };
    if (known === undefined) chargeAlarm(part.threshold, part.rule);
    if (open === null) {
      this.#open = this.#explain(part, beyond, own);
      found.push(this.#open);
      return;
    }
    const detectors = [...open.detectors.filter(({ name }) => name !== kind), own].sort(
      (a, b) => b.score / b.limit - a.score / a.limit,
    );
    const [farthest] = detectors;
    // Whoever says it most clearly explains it; while it lasts the explanation stays, unless it becomes graver.
    const graver = own === farthest && severityOf(score, limit) !== open.severity;
    const told = known === undefined || graver ? this.#explain(part, beyond, own) : open;
    const { causes, nearest, evidence, sentence } = farthest === own ? told : open;
    this.#open = {
      ...open,
      detectors,
      end: time,
      severity: severityOf(farthest!.score, farthest!.limit),
      causes,
      nearest,
      evidence,
      sentence,
    };
    // Told where something new is to be told, at 10, 100, 1,000 … readings, and when it is over.
    if (told !== open || Number.isInteger(Math.log10(readings))) found.push(this.#open);
  }

  #close(found: Finding[]): void {
    if (this.#open !== null) found.push({ ...this.#open, open: false });
    this.#open = null;
  }

  #explain(
    { detector, threshold, rule }: Part,
    { rows, values, row, time, limit, score }: Beyond,
    own: FiredDetector,
  ): Finding {
    const { fields, stream, budget } = this.#plan;
    const width = fields.length;
    const evidence = this.#leadingTo(rows, row);
    const seen = values.subarray(row * width, (row + 1) * width);
    const plain = rows.values.subarray(row * width, (row + 1) * width);
    const before = evidence.at(-2)?.row ?? null;
    const last = values.subarray((rows.count - 1) * width, rows.count * width);
    // A check of changes has the last row of the block behind it by now: the same change from there is judged.
    const judged =
      detector.kind === 'jump-check' && before !== null ? last.map((value, i) => value + seen[i]! - before[i]!) : seen;
    const causes = findCauses({ fields, detector, limit, row: plain, judged, usual: this.#usual });
    const facts = thresholdFacts(threshold, rule);
    const ofBudget = budget.seconds * (this.#parts.length + 1);
    return {
      id: findingId(this.device, stream, detector.kind, time),
      device: this.device,
      stream,
      detectors: [own],
      start: time,
      end: time,
      open: true,
      severity: severityOf(score, limit),
      budget: { ...budget, expected: facts.expectedRate * ofBudget, likely: facts.likelyRate * ofBudget },
      baseline: { readings: facts.seen, seconds: facts.watchedSeconds, peaks: facts.peaks },
      causes,
      nearest: this.#nearest(plain),
      evidence: evidence.map((one) => showReading(fields, one.time, one.row)),
      sentence: sayFinding(this.device, detector.kind, causes),
    };
  }

  /** Looks whether what is usual has moved, however slowly: an alert of its own, over at once. */
  #checkAnchor(rows: DeviceRows, row: number, found: Finding[]): void {
    const { fields, stream, budget } = this.#plan;
    const time = rows.times[row]!;
    const apart = (budget.seconds / budget.alarms) * (this.#parts.length + 1);
    const moved = checkAnchor(this.#anchor, this.#usual, this.#resolutions, time / MICROS, apart);
    if (moved === null) return;
    const width = fields.length;
    // The reading itself is remembered already.
    const evidence = this.#leadingTo(rows, row).toSpliced(-2, 1);
    const cause = movedCause(fields[moved.field]!, moved, this.#usual.centre[moved.field]!);
    found.push({
      id: findingId(this.device, stream, MOVED_NAME, time),
      device: this.device,
      stream,
      detectors: [{ name: MOVED_NAME, score: moved.by, limit: MOVED_LIMIT, readings: 1 }],
      start: time,
      end: time,
      open: false,
      severity: severityOf(moved.by, MOVED_LIMIT),
      budget: { ...budget, expected: budget.alarms / (this.#parts.length + 1), likely: budget.alarms },
      baseline: { readings: this.#readings, seconds: moved.since, peaks: 0 },
      causes: [cause],
      nearest: this.#nearest(rows.values.subarray(row * width, (row + 1) * width)),
      evidence: evidence.map((one) => showReading(fields, one.time, one.row)),
      sentence: sayFinding(this.device, MOVED_NAME, [cause]),
    });
  }

  /** The latest rows up to one of a block, oldest first. */
  #leadingTo(
    { values, times }: DeviceRows,
    row: number,
  ): readonly { readonly time: number; readonly row: Float64Array }[] {
    const width = this.#plan.fields.length;
    const found = [{ time: times[row]!, row: values.slice(row * width, (row + 1) * width) }];
    for (let back = 1; back < SHOWN && back <= this.#readings; back++) {
      const place = ((this.#readings - back) % RECENT) * (1 + width);
      found.push({ time: this.#recent[place]!, row: this.#recent.slice(place + 1, place + 1 + width) });
    }
    return found.reverse();
  }

  /** Of the usual rows that are kept, the one that is least far in standard deviations. */
  #nearest(row: Float64Array): ShownReading | null {
    const { fields } = this.#plan;
    let best: { readonly at: number; readonly far: number } | null = null;
    for (let at = 0; at < this.#sample.length; at += 1 + fields.length) {
      if (Number.isNaN(this.#sample[at]!)) continue;
      let far = 0;
      for (let i = 0; i < fields.length; i++) {
        const other = this.#sample[at + 1 + i]!;
        far += (standardise(this.#usual, i, row[i]!) - standardise(this.#usual, i, other)) ** 2;
      }
      if (best === null || far < best.far) best = { at, far };
    }
    if (best === null) return null;
    const values = this.#sample.subarray(best.at + 1, best.at + 1 + fields.length);
    return showReading(fields, this.#sample[best.at]!, values);
  }

  /** Learns what is usual, and keeps rows as evidence and to compare with. */
  #remember({ values, times }: DeviceRows, row: number): void {
    const width = this.#plan.fields.length;
    const number = this.#readings++;
    learnBaseline(this.#usual, values, row * width, MEMORY);
    keep(this.#recent, number % RECENT, times[row]!, values, row, width);
    if (number < USUAL) keep(this.#sample, number, times[row]!, values, row, width);
    else if (this.#open === null && number % SAMPLE_EVERY === 0) {
      keep(this.#sample, (number / SAMPLE_EVERY) % USUAL, times[row]!, values, row, width);
    }
  }
}

function keep(ring: Float64Array, place: number, time: number, values: Float64Array, row: number, width: number): void {
  const at = place * (1 + width);
  ring[at] = time;
  for (let i = 0; i < width; i++) ring[at + 1 + i] = values[row * width + i]!;
}

interface Beyond {
  readonly rows: DeviceRows;
  /** The block as its detector saw it. */
  readonly values: Float64Array;
  readonly row: number;
  readonly time: number;
  readonly limit: number;
  readonly score: number;
}

function numberOf(device: string, state: ReadonlyMap<string, number | StateArray>, name: string): number {
  const value = state.get(name);
  if (typeof value !== 'number') throw unfit(device, `${name} is missing`);
  return value;
}

function fill(device: string, state: ReadonlyMap<string, number | StateArray>, name: string, into: Float64Array): void {
  const value = state.get(name);
  if (!(value instanceof Float64Array) || value.length !== into.length) throw unfit(device, `${name} does not fit`);
  into.set(value);
}

function unfit(device: string, what: string): DetectError {
  return new DetectError('DETECT_STATE_UNFIT', `Cannot restore the baseline of ${device}: ${what}`, {
    hint: 'It is learnt anew',
  });
}
