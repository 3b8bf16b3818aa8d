import { checkFeatures, checkRows, columnsOf, roomOf } from './feature.ts';
import type { Feature } from './feature.ts';
import { FeaturesError } from './errors.ts';
import { solveNormal } from './least-squares.ts';
import { rollIn, rollingMedian, rollingSpread } from './rolling-window.ts';
import { decodeState, encodeState } from './state-codec.ts';

const KIND = 'feature-stream';
const VERSION = 1;

/** One row on its way through the features. */
interface Row {
  readonly time: number;
  readonly values: Float64Array;
  readonly at: number;
}

/** Features of one device as its rows come, in memory that does not grow. */
export class FeatureStream {
  /** Columns of the features, in their order. */
  readonly columns: number;
  readonly #features: readonly Feature[];
  readonly #width: number;
  /** State of all features, one after the other. */
  readonly #state: Float64Array;
  readonly #parts: readonly Float64Array[];
  #latest = -Infinity;
  #late = 0;

  /**
   * @param width fields of a row
   * @throws {FeaturesError} FEATURES_DEFINITION_INVALID
   */
  constructor(features: readonly Feature[], width: number) {
    checkFeatures(features, width);
    this.#features = features;
    this.#width = width;
    this.columns = features.reduce((sum, feature) => sum + columnsOf(feature), 0);
    this.#state = new Float64Array(features.reduce((sum, feature) => sum + roomOf(feature), 0));
    let at = 0;
    this.#parts = features.map((feature) => this.#state.subarray(at, (at += roomOf(feature))));
    for (const [i, feature] of features.entries()) {
      if (feature.kind === 'rate' || feature.kind === 'gap') this.#parts[i]!.fill(NaN);
    }
  }

  /**
   * A stream that goes on where another stood.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, or FEATURES_STATE_FOREIGN if it is of other features
   */
  static restore(bytes: Uint8Array, features: readonly Feature[], width: number): FeatureStream {
    const entries = decodeState(bytes, KIND, VERSION);
    const stream = new FeatureStream(features, width);
    const [state, latest, late] = [entries.get('state'), entries.get('latest'), entries.get('late')];
    const isRight =
      state instanceof Float64Array && state.length === stream.#state.length && entries.get('width') === width;
    if (!isRight || typeof latest !== 'number' || typeof late !== 'number') {
      throw new FeaturesError('FEATURES_STATE_FOREIGN', 'Cannot restore features: the snapshot is of other ones', {
        hint: 'Name the features that made it, or let them learn anew',
      });
    }
    stream.#state.set(state);
    stream.#latest = latest;
    stream.#late = late;
    return stream;
  }

  /** Rows that were no later than one before them, and left out. */
  get late(): number {
    return this.#late;
  }

  /** Bytes of its state, whatever comes. */
  get stateBytes(): number {
    return this.#state.byteLength + 200;
  }

  /**
   * Takes rows in.
   *
   * @param times epoch microseconds of each row
   * @param values row after row; NaN is a missing value
   * @returns the features, row after row; NaN where there is none
   */
  push(times: Float64Array, values: Float64Array): Float64Array {
    checkRows(times, values, this.#width);
    const out = new Float64Array(times.length * this.columns);
    for (let row = 0; row < times.length; row++) {
      const time = times[row]!;
      let at = row * this.columns;
      if (!(time > this.#latest)) {
        this.#late += 1;
        out.fill(NaN, at, at + this.columns);
        continue;
      }
      this.#latest = time;
      const one = { time, values, at: row * this.#width };
      for (const [i, feature] of this.#features.entries()) at = take(feature, this.#parts[i]!, one, out, at);
    }
    return out;
  }

  /** The state as bytes. */
  snapshot(): Uint8Array {
    return encodeState(KIND, VERSION, {
      width: this.#width,
      latest: this.#latest,
      late: this.#late,
      state: this.#state,
    });
  }
}

/** Computes one feature of a row and takes the row into its state; returns the next place. */
function take(feature: Feature, state: Float64Array, row: Row, out: Float64Array, at: number): number {
  const value = 'field' in feature ? row.values[row.at + feature.field]! : NaN;
  switch (feature.kind) {
    case 'value':
      out[at] = value;
      break;
    case 'rate':
      out[at] = (value - state[1]!) / ((row.time - state[0]!) / 1e6);
      if (value === value) [state[0], state[1]] = [row.time, value];
      break;
    case 'gap':
      out[at] = (row.time - state[0]!) / 1e6;
      state[0] = row.time;
      break;
    case 'arrivals':
      out[at] = countArrivals(state, row.time, feature.seconds);
      break;
    case 'phase': {
      const angle = phaseOf(row.time, feature.seconds);
      out[at++] = Math.sin(angle);
      out[at] = Math.cos(angle);
      break;
    }
    case 'median':
    case 'spread':
      if (value === value) rollIn(state, value);
      out[at] = feature.kind === 'median' ? rollingMedian(state) : rollingSpread(state);
      break;
    case 'residual':
      out[at] = takeResidual(feature, state, row);
      break;
  }
  return at + 1;
}

/** Where in a period a time lies, as an angle. */
export function phaseOf(time: number, seconds: number): number {
  const period = seconds * 1e6;
  return (2 * Math.PI * (time - Math.floor(time / period) * period)) / period;
}

/** State: how many came, and a ring of the latest times. */
function countArrivals(state: Float64Array, time: number, seconds: number): number {
  const most = state.length - 1;
  const came = state[0]!;
  state[1 + (came % most)] = time;
  state[0] = came + 1;
  let count = 0;
  for (let i = came; i >= 0 && i > came - most && state[1 + (i % most)]! > time - seconds * 1e6; i--) count++;
  return count;
}

/** State: rows that were learnt, the weighted normal matrix, and its right side. */
function takeResidual(feature: Feature & { kind: 'residual' }, state: Float64Array, row: Row): number {
  const unknowns = feature.from.length + 1;
  const matrix = state.subarray(1, 1 + unknowns * unknowns);
  const right = state.subarray(1 + unknowns * unknowns);
  const input = Float64Array.from({ length: unknowns }, (_, i) =>
    i === 0 ? 1 : row.values[row.at + feature.from[i - 1]!]!,
  );
  const value = row.values[row.at + feature.field]!;
  if (Number.isNaN(value) || input.some(Number.isNaN)) return NaN;
  const solved = state[0]! >= unknowns ? solveNormal(matrix, right) : undefined;
  const predicted = solved?.reduce((sum, factor, i) => sum + factor * input[i]!, 0) ?? NaN;
  const keep = 1 - 1 / feature.memory;
  for (let i = 0; i < unknowns; i++) {
    for (let j = 0; j < unknowns; j++)
      matrix[i * unknowns + j] = keep * matrix[i * unknowns + j]! + input[i]! * input[j]!;
    right[i] = keep * right[i]! + input[i]! * value;
  }
  state[0] = state[0]! + 1;
  return value - predicted;
}
