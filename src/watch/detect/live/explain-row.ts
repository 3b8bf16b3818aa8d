import type { BaselineState } from '#learn/features/index.ts';
import type { ConditionBaselines, MovedCondition } from '../context/condition-baselines.ts';
import { asNormal, fromNormal } from '../context/predictive.ts';
import type { FieldwiseDetector } from '../detector.ts';
import { normaliseShares } from '../occlude.ts';
import { MOVED_LIMIT } from '../threshold/baseline-anchor.ts';
import type { ThresholdFacts } from '../threshold/budget-threshold.ts';
import type { FieldThresholds } from '../threshold/field-thresholds.ts';
import type { TierVerdict } from '../tiers/dearer-tiers.ts';
import type { SeriesVerdict } from '../tiers/series-tier.ts';
import type { DeviceRows } from './device-rows.ts';
import { askPasses, findCauses, movedCause, sayFinding, showReading } from './explain-finding.ts';
import type { Unusual } from './explain-finding.ts';
import { findingId, severityOf } from './finding.ts';
import type { Finding, FiredDetector, ShownReading } from './finding.ts';
import type { Alarm } from './open-finding.ts';
import { rateOfPart } from './rate-of-part.ts';
import type { ReadingMemory } from './reading-memory.ts';
import type { WatchPlan } from './watch-plan.ts';

/** A row that a detector found beyond a limit. */
export interface Beyond {
  readonly detector: FieldwiseDetector;
  readonly thresholds: Pick<FieldThresholds, 'charge' | 'facts'>;
  readonly rows: DeviceRows;
  /** The block as its detector saw it. */
  readonly values: Float64Array;
  /** Whether that is with values that no condition changes. */
  readonly exact: boolean;
  readonly row: number;
  readonly time: number;
  /** Of the field that is farthest beyond its own limit. */
  readonly score: number;
  readonly limit: number;
  /** The limits of all fields, and how many times them their scores were. */
  readonly limits: Float64Array;
  readonly times: Float64Array;
}

/** The name under which it is told that a baseline has moved. */
export const MOVED_NAME = 'baseline-moved';

/** What is said of a row: the share of each field, and what would have passed. */
type Said = Pick<Unusual, 'shares' | 'asked'>;

/**
 * Explains rows of the device that has its seat: which fields made one unusual, what would have been no alert, what is
 * usual, and the readings before it.
 */
export class RowExplainer {
  readonly #plan: WatchPlan;
  readonly #memory: ReadingMemory;
  #device = '';
  #conditions: ConditionBaselines | null = null;

  /** @param memory of the device that has its seat */
  constructor(plan: WatchPlan, memory: ReadingMemory) {
    this.#plan = plan;
    this.#memory = memory;
  }

  /** A device takes its seat. @param conditions what is usual for it under each condition; null where there are none */
  seat(device: string, conditions: ConditionBaselines | null): void {
    this.#device = device;
    this.#conditions = conditions;
  }

  /** A row that a cheap detector found. @param all what was found of the row: each of them is asked what would have passed */
  alarmOf(beyond: Beyond, all: readonly Beyond[]): Alarm {
    const { detector, thresholds, rows, row, time, score, limit } = beyond;
    const explain = (own: FiredDetector): Finding => {
      const said = this.#ask(beyond);
      const others = all.filter((one) => one !== beyond).flatMap((one) => this.#ask(one).asked);
      return this.#finding(rows, row, own, thresholds.facts, { ...said, asked: [...said.asked, ...others] });
    };
    return { name: detector.kind, score, limit, time, charge: () => thresholds.charge(), explain };
  }

  /** A row that a detector of series found. */
  alarmOfSeries(verdict: SeriesVerdict, rows: DeviceRows, row: number): Alarm {
    const { name, score, limit, facts, seen, exact, shares, scoreOf, charge } = verdict;
    const explain = (own: FiredDetector): Finding => {
      const { given, away, seenAs } = this.#inSpreads(rows, row, seen, exact);
      const passes = askPasses(score / limit, (trial) => scoreOf(seenAs(trial)) / limit, given, away);
      return this.#finding(rows, row, own, facts, { shares: shares(), asked: [{ name, passes }] });
    };
    return { name, score, limit, time: rows.times[row]!, charge, explain };
  }

  /** The last row of a window that a dearer tier found: of that nobody knows what would have passed. */
  alarmOfWindow({ model, score, limit }: TierVerdict, window: Float64Array, rows: DeviceRows, row: number): Alarm {
    const explain = (own: FiredDetector): Finding =>
      this.#finding(rows, row, own, model.facts, { shares: model.explain(window), asked: [] });
    return { name: model.name, score, limit, time: rows.times[row]!, charge: () => model.charge(), explain };
  }

  /** A row by which what is usual has moved: an alert of its own, over at once. */
  moved(moved: MovedCondition, rows: DeviceRows, row: number): Finding {
    const { fields, stream, budget } = this.#plan;
    const time = rows.times[row]!;
    const width = fields.length;
    const cause = movedCause(fields[moved.field]!, moved, moved.now);
    return {
      id: findingId(this.#device, stream, MOVED_NAME, time),
      device: this.#device,
      stream,
      detectors: [{ name: MOVED_NAME, score: moved.by, limit: MOVED_LIMIT, readings: 1 }],
      start: time,
      end: time,
      open: false,
      severity: severityOf(moved.by, MOVED_LIMIT),
      budget: { ...budget, expected: rateOfPart(this.#plan) * budget.seconds, likely: budget.alarms },
      baseline: { readings: moved.readings, seconds: moved.since, peaks: 0 },
      causes: [cause],
      nearest: this.#memory.nearest(rows.values.subarray(row * width, (row + 1) * width)),
      evidence: this.#evidence(rows, row),
      sentence: sayFinding(this.#device, MOVED_NAME, [cause]),
    };
  }

  /** What a detector says of a row that it found beyond its limit. */
  #ask({ detector, rows, values, exact, row, limits, times }: Beyond): Said {
    const width = this.#plan.fields.length;
    const seen = values.subarray(row * width, (row + 1) * width);
    const before = this.#memory.leadingTo(rows, row).at(-2)?.row ?? null;
    const last = values.subarray((rows.count - 1) * width, rows.count * width);
    // A check of changes has the last row of the block behind it by now: the same change from there is judged.
    const judged =
      detector.kind === 'jump-check' && before !== null ? last.map((value, i) => value + seen[i]! - before[i]!) : seen;
    const { given, away, seenAs } = this.#inSpreads(rows, row, judged, exact);
    const scores = new Float64Array(width);
    const timesOf = (trial: Float64Array): number => {
      detector.scoreFields({ values: seenAs(trial), width, count: 1 }, scores);
      return scores.reduce((most, score, i) => (score / limits[i]! > most ? score / limits[i]! : most), 0);
    };
    const squares = times.map((one) => one * one);
    return {
      // A field has a part in it by how far it is beyond, or below, the limit of its own.
      shares: normaliseShares(squares, width),
      asked: [{ name: detector.kind, passes: askPasses(Math.max(...times), timesOf, given, away) }],
    };
  }

  /**
   * A row that a detector saw, in what goes with the values: under a condition it sees how rare spreads from what is usual
   * there are, which is 0, and they themselves go with the value.
   *
   * @param exact whether it saw values that no condition changes
   * @returns the row so, how far each field is from usual, and what the detector would see of another
   */
  #inSpreads(rows: DeviceRows, row: number, seen: Float64Array, exact: boolean) {
    const { centre, counts } = this.#usualAt(rows, row);
    const width = seen.length;
    const plain = rows.values.subarray(row * width, (row + 1) * width);
    const conditioned = !exact && this.#conditions !== null && rows.conditions !== undefined;
    const isInSpreads = (i: number): boolean => conditioned && i < width - 1 && counts[i]! > 1;
    const given = seen.map((value, i) => (isInSpreads(i) ? fromNormal(value, counts[i]!) : value));
    const away = plain.map((value, i) => (isInSpreads(i) ? given[i]! : value - centre[i]!));
    const seenAs = (trial: Float64Array): Float64Array =>
      conditioned ? trial.map((value, i) => (isInSpreads(i) ? asNormal(value, counts[i]!) : value)) : trial;
    return { given, away, seenAs };
  }

  /** What is usual at a row: under its condition, where that is known. */
  #usualAt({ conditions }: DeviceRows, row: number): BaselineState {
    const { usual } = this.#memory;
    if (this.#conditions === null || conditions === undefined) return usual;
    return this.#conditions.usual(conditions[row]!) ?? usual;
  }

  /** A finding that begins with a row of a block. */
  #finding(rows: DeviceRows, row: number, own: FiredDetector, facts: ThresholdFacts, said: Said): Finding {
    const { fields, stream, budget } = this.#plan;
    const width = fields.length;
    const plain = rows.values.subarray(row * width, (row + 1) * width);
    const time = rows.times[row]!;
    const causes = findCauses({ fields, row: plain, usual: this.#usualAt(rows, row), ...said });
    const ofBudget = budget.alarms / rateOfPart(this.#plan);
    return {
      id: findingId(this.#device, stream, own.name, time),
      device: this.#device,
      stream,
      detectors: [own],
      start: time,
      end: time,
      open: true,
      severity: severityOf(own.score, own.limit),
      budget: { ...budget, expected: facts.expectedRate * ofBudget, likely: facts.likelyRate * ofBudget },
      baseline: { readings: facts.seen, seconds: facts.watchedSeconds, peaks: facts.peaks },
      causes,
      nearest: this.#memory.nearest(plain),
      evidence: this.#evidence(rows, row),
      sentence: sayFinding(this.#device, own.name, causes),
    };
  }

  /** Readings that led to a row, and the row itself. */
  #evidence(rows: DeviceRows, row: number): readonly ShownReading[] {
    const led = this.#memory.leadingTo(rows, row);
    const time = rows.times[row]!;
    // Where it is remembered already it comes twice.
    const once = led.at(-2)?.time === time ? led.toSpliced(-2, 1) : led;
    return once.map((one) => showReading(this.#plan.fields, one.time, one.row));
  }
}
