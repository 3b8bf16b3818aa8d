import { decodeUtf8, encodeUtf8 } from '#base/core/index.ts';
import { decodeState, encodeState } from '#learn/features/index.ts';
import type { StateArray } from '#learn/features/index.ts';
import type { IncrementalDetector } from '../detector.ts';
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
import { blurRows, RowOrder } from './device-rows.ts';
import type { DeviceRows } from './device-rows.ts';
import { findCauses, movedCause, sayFinding, showReading, showUsual } from './explain-finding.ts';
import { findingId, severityOf } from './finding.ts';
import type { Finding, FiredDetector } from './finding.ts';
import { ReadingMemory } from './reading-memory.ts';
import { fillSaved, savedNumber, stateUnfit } from './saved-state.ts';
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
}

interface Part {
  readonly detector: IncrementalDetector;
  readonly threshold: ThresholdState;
  readonly rule: ThresholdRule;
}

const NAME = 'device-watch';
const VERSION = 1;
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
  readonly #memory: ReadingMemory;
  readonly #order = new RowOrder();
  readonly #anchor: AnchorState;
  readonly #resolutions: readonly number[];

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
    this.#memory = new ReadingMemory(plan.fields);
    this.#anchor = beginAnchor(width);
    this.#resolutions = plan.fields.map(({ resolution }) => resolution);
  }

  get readings(): number {
    return this.#memory.readings;
  }

  /** Rows that were earlier than one before them. */
  get late(): number {
    return this.#order.late;
  }

  /** Time of the last reading; −Infinity before the first. */
  get until(): number {
    return this.#order.until;
  }

  /** Bytes of its numbers, without what is going on. */
  get stateBytes(): number {
    const detectors = this.#parts.reduce((sum, { detector }) => sum + detector.stateBytes, 0);
    return this.#anchor.byteLength + detectors + this.#parts.length * THRESHOLD_LENGTH * 8 + this.#memory.byteLength;
  }

  /**
   * Judges and learns rows, whose last column is left to it.
   *
   * @param tiers how many of the detectors judge, the cheapest first: under overload fewer do
   * @returns what was found, or changed in what was found before
   */
  take(given: DeviceRows, tiers = Infinity): readonly Finding[] {
    const rows = this.#order.timely(given, this.#plan);
    if (rows.count === 0) return [];
    const width = this.#plan.fields.length;
    const blurred = blurRows(rows, this.#plan, this.#memory.readings);
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
      this.#memory.remember(rows, row, this.#open !== null);
      if (this.#memory.readings % ANCHOR_EVERY === 0 && this.#memory.readings >= ANCHORED_AFTER)
        this.#checkAnchor(rows, row, found);
    }
    return found;
  }

  describe(): DeviceBaseline {
    const { fields, stream } = this.#plan;
    return {
      device: this.device,
      stream,
      since: this.#order.since,
      until: this.#order.until,
      readings: this.#memory.readings,
      // Nothing of fields whose class keeps their values out of alerts.
      fields: fields.flatMap((field, i) =>
        field.shown ? [showUsual(field, this.#memory.usual.centre[i]!, this.#memory.usual.spread[i]!)] : [],
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
      since: this.#order.since,
      until: this.#order.until,
      latest: this.#order.latest,
      readings: this.#memory.readings,
      late: this.#order.late,
      centre: this.#memory.usual.centre,
      spread: this.#memory.usual.spread,
      counts: this.#memory.usual.counts,
      anchor: this.#anchor,
      recent: this.#memory.recent,
      sample: this.#memory.sample,
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
      throw stateUnfit(device, 'it is of other fields');
    }
    const watch = new DeviceWatch(device, plan);
    watch.#order.since = savedNumber(device, state, 'since');
    watch.#order.until = savedNumber(device, state, 'until');
    watch.#order.latest = savedNumber(device, state, 'latest');
    watch.#memory.readings = savedNumber(device, state, 'readings');
    watch.#order.late = savedNumber(device, state, 'late');
    fillSaved(device, state, 'centre', watch.#memory.usual.centre);
    fillSaved(device, state, 'spread', watch.#memory.usual.spread);
    fillSaved(device, state, 'counts', watch.#memory.usual.counts);
    // A state of before there were any begins to hold fast now.
    if (state.has('anchor')) fillSaved(device, state, 'anchor', watch.#anchor);
    fillSaved(device, state, 'recent', watch.#memory.recent);
    fillSaved(device, state, 'sample', watch.#memory.sample);
    const open = state.get('open');
    if (open instanceof Uint8Array) watch.#open = JSON.parse(decodeUtf8(open)) as Finding;
    for (const [i, part] of watch.#parts.entries()) {
      const { kind } = plan.detectors[i]!;
      const detector = state.get(`detector ${kind.name}`);
      if (!(detector instanceof Uint8Array)) continue;
      Object.assign(part, { detector: kind.restore(detector) });
      fillSaved(device, state, `threshold ${kind.name}`, part.threshold);
    }
    return watch;
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
    const evidence = this.#memory.leadingTo(rows, row);
    const seen = values.subarray(row * width, (row + 1) * width);
    const plain = rows.values.subarray(row * width, (row + 1) * width);
    const before = evidence.at(-2)?.row ?? null;
    const last = values.subarray((rows.count - 1) * width, rows.count * width);
    // A check of changes has the last row of the block behind it by now: the same change from there is judged.
    const judged =
      detector.kind === 'jump-check' && before !== null ? last.map((value, i) => value + seen[i]! - before[i]!) : seen;
    const causes = findCauses({ fields, detector, limit, row: plain, judged, usual: this.#memory.usual });
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
      nearest: this.#memory.nearest(plain),
      evidence: evidence.map((one) => showReading(fields, one.time, one.row)),
      sentence: sayFinding(this.device, detector.kind, causes),
    };
  }

  /** Looks whether what is usual has moved, however slowly: an alert of its own, over at once. */
  #checkAnchor(rows: DeviceRows, row: number, found: Finding[]): void {
    const { fields, stream, budget } = this.#plan;
    const time = rows.times[row]!;
    const apart = (budget.seconds / budget.alarms) * (this.#parts.length + 1);
    const moved = checkAnchor(this.#anchor, this.#memory.usual, this.#resolutions, time / MICROS, apart);
    if (moved === null) return;
    const width = fields.length;
    // The reading itself is remembered already.
    const evidence = this.#memory.leadingTo(rows, row).toSpliced(-2, 1);
    const cause = movedCause(fields[moved.field]!, moved, this.#memory.usual.centre[moved.field]!);
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
      baseline: { readings: this.#memory.readings, seconds: moved.since, peaks: 0 },
      causes: [cause],
      nearest: this.#memory.nearest(rows.values.subarray(row * width, (row + 1) * width)),
      evidence: evidence.map((one) => showReading(fields, one.time, one.row)),
      sentence: sayFinding(this.device, MOVED_NAME, [cause]),
    });
  }
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
