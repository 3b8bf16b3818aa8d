import { FeaturesError } from './errors.ts';
import type { Feature, Row, Taker } from './feature.ts';
import { checkFeatures, checkRows, columnsOf, kindOf, roomOf } from './feature-kinds.ts';
import type { PeerView } from './peer-slots.ts';
import { decodeState, encodeState } from './state-codec.ts';

const KIND = 'feature-stream';
const VERSION = 1;
/** What it knows of its own, before the state of its features. */
const [LATEST, LATE, OWN] = [0, 1, 2];

/** Features of one device as its rows come, in memory that does not grow. */
export class FeatureStream {
  /** Columns of the features, in their order. */
  readonly columns: number;
  readonly #width: number;
  /** Latest time and rows that came late, then the state of all features, one after the other. */
  readonly #numbers: Float64Array;
  readonly #state: Float64Array;
  readonly #takers: readonly Taker[];
  /** Where the columns of each feature begin. */
  readonly #places: readonly number[];

  /**
   * @param width fields of a row
   * @param place where all lies that it knows; it is given the array, and gives it back or one of the same values elsewhere
   * @throws {FeaturesError} FEATURES_DEFINITION_INVALID
   */
  constructor(features: readonly Feature[], width: number, place = (numbers: Float64Array): Float64Array => numbers) {
    checkFeatures(features, width);
    this.#width = width;
    this.columns = features.reduce((sum, feature) => sum + columnsOf(feature), 0);
    const room = features.reduce((sum, feature) => sum + roomOf(feature), 0);
    this.#numbers = place(new Float64Array(OWN + room));
    this.#numbers[LATEST] = -Infinity;
    this.#state = this.#numbers.subarray(OWN);
    let [at, column] = [0, 0];
    const places: number[] = [];
    this.#takers = features.map((feature) => {
      const own = this.#state.subarray(at, (at += roomOf(feature)));
      places.push(column);
      column += columnsOf(feature);
      const kind = kindOf(feature);
      kind.begin?.(feature, own);
      return kind.open(feature, own);
    });
    this.#places = places;
  }

  /**
   * A stream that goes on where another stood.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, or FEATURES_STATE_FOREIGN if it is of other features
   */
  static restore(bytes: Uint8Array, features: readonly Feature[], width: number): FeatureStream {
    const stream = new FeatureStream(features, width);
    stream.resume(bytes);
    return stream;
  }

  /**
   * Goes on where another stood, in place.
   *
   * @throws {FeaturesError} FEATURES_STATE_CORRUPT, or FEATURES_STATE_FOREIGN if it is of other features
   */
  resume(bytes: Uint8Array): void {
    const entries = decodeState(bytes, KIND, VERSION);
    const [state, latest, late] = [entries.get('state'), entries.get('latest'), entries.get('late')];
    const isRight =
      state instanceof Float64Array && state.length === this.#state.length && entries.get('width') === this.#width;
    if (!isRight || typeof latest !== 'number' || typeof late !== 'number') {
      throw new FeaturesError('FEATURES_STATE_FOREIGN', 'Cannot restore features: the snapshot is of other ones', {
        hint: 'Name the features that made it, or let them learn anew',
      });
    }
    this.#state.set(state);
    this.#numbers[LATEST] = latest;
    this.#numbers[LATE] = late;
  }

  /** Rows that were no later than one before them, and left out. */
  get late(): number {
    return this.#numbers[LATE]!;
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
  push(times: Float64Array, values: Float64Array, peers?: PeerView): Float64Array {
    checkRows(times, values, this.#width);
    const out = new Float64Array(times.length * this.columns);
    this.pushInto(times, values, times.length, out, this.columns, 0, peers);
    return out;
  }

  /**
   * The same for the first `count` rows, into columns of wider rows.
   *
   * @param stride values of a row of `out`
   * @param first place of the first feature in it
   * @param peers the group of the device; absent where it is of none
   */
  pushInto(
    times: Float64Array,
    values: Float64Array,
    count: number,
    out: Float64Array,
    stride: number,
    first: number,
    peers?: PeerView,
  ): void {
    const row: Row = { time: 0, values, at: 0, peers };
    for (let i = 0; i < count; i++) {
      const time = times[i]!;
      const at = i * stride + first;
      if (!(time > this.#numbers[LATEST]!)) {
        this.#numbers[LATE] = this.#numbers[LATE]! + 1;
        out.fill(NaN, at, at + this.columns);
        continue;
      }
      this.#numbers[LATEST] = time;
      row.time = time;
      row.at = i * this.#width;
      for (let each = 0; each < this.#takers.length; each++) this.#takers[each]!(row, out, at + this.#places[each]!);
    }
  }

  /** The state as bytes. */
  snapshot(): Uint8Array {
    return encodeState(KIND, VERSION, {
      width: this.#width,
      latest: this.#numbers[LATEST]!,
      late: this.#numbers[LATE]!,
      state: this.#state,
    });
  }
}
