import type { DetectorKind, IncrementalDetector } from '../detector.ts';
import {
  beginThreshold,
  chargeAlarm,
  limitOf,
  suspicionOf,
  takeScore,
  thresholdFacts,
} from '../threshold/budget-threshold.ts';
import type { ThresholdFacts, ThresholdRule, ThresholdState } from '../threshold/budget-threshold.ts';

/** A detector that follows the readings of each device of a stream in their order. */
export interface SeriesKind {
  readonly kind: DetectorKind<IncrementalDetector>;
  /** Scores up to here are never beyond the limit. */
  readonly floor: number;
  /** Columns of a row that it judges. */
  readonly columns: readonly number[];
  /** Present where it sees values as they are, not blurred by their resolution. */
  readonly exact?: true;
  /** Present where 0 is what it says of what is usual, and not that it knows too little to say anything. */
  readonly silent?: true;
  /** Present where its scores have a greatest. */
  readonly bounded?: true;
  /** Whether it is given the hour of the day behind them. */
  readonly hour?: true;
  /** Settings that differ from the standard ones. */
  readonly options?: Readonly<Record<string, number>>;
}

/** What a device has of one of them. */
export interface SeriesPart {
  detector: IncrementalDetector;
  readonly threshold: ThresholdState;
}

/** What a device has of all of them. */
export type SeriesSeat = readonly SeriesPart[];

/** A reading that one of them found beyond its limit, before it learns it. */
export interface SeriesVerdict {
  readonly name: string;
  readonly score: number;
  readonly limit: number;
  readonly facts: ThresholdFacts;
  /** The row as it was seen, and whether that is with its values as they are. */
  readonly seen: Float64Array;
  readonly exact: boolean;
  /** The share of each column of the row in the score. */
  readonly shares: () => Float64Array;
  /** The score of another row in the place of this one. */
  readonly scoreOf: (row: Float64Array) => number;
  readonly charge: () => void;
}

/** Who is told of what they say. */
export interface SeriesEars {
  /** What is beyond a limit, before it is learnt. */
  readonly beyond: (verdict: SeriesVerdict) => void;
  /** Each score of a detector that knows enough to say anything, with the limit it is held against; absent for nobody. */
  readonly scored?: (name: string, score: number, limit: number, beyond: boolean) => void;
}

/** Bytes that all devices of a stream together may take where a template says nothing else. */
export const STANDARD_SERIES_BYTES = 64 * 1_048_576;
/** What a threshold and the objects of a seat take beside the state of a detector. */
const SEAT_BYTES = 1_024;
const HOUR_MICROS = 3.6e9;
const DAY_HOURS = 24;

/**
 * Detectors that follow single devices: each device has its own, and sees all its readings in their order. They take so
 * much memory that not every device of a large fleet can have them: there is a bound, and devices that come when it is
 * reached have none.
 */
export class SeriesTier {
  readonly #kinds: readonly SeriesKind[];
  readonly #rule: Pick<ThresholdRule, 'rate' | 'armedAfter'>;
  readonly #now: () => number;
  readonly #mostSeats: number;
  readonly #judged: number[];
  readonly #busyMs: number[];
  readonly #beyond: number[];
  readonly #score = new Float64Array(1);
  #seats = 0;
  #shed = 0;
  #leftOut = 0;
  /** The most bytes that a device takes. */
  readonly stateBytes: number;

  /**
   * @param rule false alarms per device and second that each may raise, and scores before any
   * @param bytes that all devices together may take
   * @param now milliseconds of a clock that never goes back
   */
  constructor(
    kinds: readonly SeriesKind[],
    rule: Pick<ThresholdRule, 'rate' | 'armedAfter'>,
    bytes = STANDARD_SERIES_BYTES,
    now = (): number => performance.now(),
  ) {
    this.#kinds = kinds;
    this.#rule = rule;
    this.#now = now;
    this.stateBytes = seriesBytes(kinds);
    this.#mostSeats = seatsWithin(bytes, this.stateBytes);
    [this.#judged, this.#busyMs, this.#beyond] = [kinds.map(() => 0), kinds.map(() => 0), kinds.map(() => 0)];
  }

  get kinds(): readonly SeriesKind[] {
    return this.#kinds;
  }

  /** Each of them since the start: readings that it judged, time that it took, how often it was beyond its limit. */
  get figures(): readonly { name: string; judged: number; busyMs: number; beyond: number }[] {
    return this.#kinds.map(({ kind: { name } }, i) => {
      return { name, judged: this.#judged[i]!, busyMs: this.#busyMs[i]!, beyond: this.#beyond[i]! };
    });
  }

  get busyMs(): number {
    return this.#busyMs.reduce((sum, ms) => sum + ms, 0);
  }

  /** Readings of devices with a seat that were not judged, since the processor was busy. */
  get shed(): number {
    return this.#shed;
  }

  /** Devices that have none, since there was no memory. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Detectors of a device of which nothing is known; null where there is no memory for them. */
  seat(): SeriesSeat | null {
    if (this.#seats >= this.#mostSeats) {
      this.#leftOut += 1;
      return null;
    }
    this.#seats += 1;
    return this.#kinds.map((kind) => ({ detector: makeSeries(kind), threshold: beginThreshold() }));
  }

  /** Tells that a device does not come any more. */
  release(): void {
    this.#seats = Math.max(0, this.#seats - 1);
  }

  /** Counts a reading that is not judged. */
  shedOne(): void {
    this.#shed += 1;
  }

  /**
   * Judges the next reading of a device, and learns it.
   *
   * @param row as wide as the stream's rows are
   * @param exact the same with its values as they are
   * @param time epoch microseconds
   * @param share of readings with which suspicion begins
   * @returns whether it looks odd to one of them
   */
  take(
    seat: SeriesSeat,
    row: Float64Array,
    exact: Float64Array,
    time: number,
    share: number,
    { beyond, scored }: SeriesEars,
  ): boolean {
    let odd = false;
    for (const [i, { detector, threshold }] of seat.entries()) {
      const begun = this.#now();
      const kind = this.#kinds[i]!;
      const seen = kind.exact === true ? exact : row;
      const own = rowOf(kind, seen, time);
      const score = this.#scoreOf(detector, own);
      // What knows too little to say anything scores 0: that is not what is usual.
      if (score > 0 || threshold[0]! > 0 || kind.silent === true) {
        const rule = this.#ruleOf(kind);
        const limit = limitOf(threshold, rule);
        const isBeyond = takeScore(threshold, rule, time / 1e6, score);
        scored?.(kind.kind.name, score, limit, isBeyond);
        if (isBeyond) {
          this.#beyond[i] = this.#beyond[i]! + 1;
          beyond({
            name: kind.kind.name,
            score,
            limit,
            seen,
            exact: kind.exact === true,
            facts: thresholdFacts(threshold, rule),
            shares: () => sharesOf(kind, detector, own, row.length),
            scoreOf: (other) => this.#scoreOf(detector, rowOf(kind, other, time)),
            charge: () => chargeAlarm(threshold, rule),
          });
        }
        odd ||= Number.isFinite(limit) && score > suspicionOf(threshold, share);
      }
      detector.learn({ values: own, width: own.length, count: 1 });
      this.#judged[i] = this.#judged[i]! + 1;
      this.#busyMs[i] = this.#busyMs[i]! + this.#now() - begun;
    }
    return odd;
  }

  /** How well the limits of a device are known. */
  facts(seat: SeriesSeat): readonly (ThresholdFacts & { readonly name: string })[] {
    return seat.map(({ threshold }, i) => {
      const kind = this.#kinds[i]!;
      return { name: kind.kind.name, ...thresholdFacts(threshold, this.#ruleOf(kind)) };
    });
  }

  #ruleOf({ floor, bounded }: SeriesKind): ThresholdRule {
    return { ...this.#rule, floor, ...(bounded === true ? { bounded } : {}) };
  }

  #scoreOf(detector: IncrementalDetector, own: Float64Array): number {
    detector.score({ values: own, width: own.length, count: 1 }, this.#score);
    return this.#score[0]!;
  }
}

/** The name under which what a device has of a detector is kept: with other settings or fields it is another. */
export function seriesKey({ kind, columns, options }: SeriesKind): string {
  return `${kind.name} ${columns.join(',')}${options === undefined ? '' : ` ${JSON.stringify(options)}`}`;
}

/** The most bytes that a device takes. */
export function seriesBytes(kinds: readonly SeriesKind[]): number {
  return kinds.reduce((sum, kind) => sum + SEAT_BYTES + makeSeries(kind).stateBytes, 0);
}

/** Devices that find room. */
export function seatsWithin(bytes: number, ofDevice: number): number {
  return ofDevice === 0 ? Infinity : Math.floor(bytes / ofDevice);
}

function makeSeries({ kind, columns, hour, options }: SeriesKind): IncrementalDetector {
  return kind.create(columns.length + (hour === true ? 1 : 0), { ...options, ...(hour === true ? { given: 1 } : {}) });
}

/** What one of them sees of a row. */
function rowOf({ columns, hour }: SeriesKind, row: Float64Array, time: number): Float64Array {
  const own = new Float64Array(columns.length + (hour === true ? 1 : 0));
  for (let i = 0; i < columns.length; i++) own[i] = row[columns[i]!]!;
  if (hour === true) own[columns.length] = Math.floor(time / HOUR_MICROS) % DAY_HOURS;
  return own;
}

function sharesOf({ columns }: SeriesKind, detector: IncrementalDetector, own: Float64Array, width: number) {
  const shares = new Float64Array(width);
  const said = detector.explain({ values: own, width: own.length, count: 1 });
  for (let i = 0; i < columns.length; i++) shares[columns[i]!] = said[i]!;
  return shares;
}
