import { sampleIntegers } from '#learn/features/index.ts';
import { defineFitted } from '../define-detector.ts';
import { scaleByDeviation, scaled } from '../numeric/scaling.ts';
import type { Scaling } from '../numeric/scaling.ts';
import { pickRows } from '../rows.ts';

type NeighboursState = Scaling & {
  /** Known rows on the scale. */
  readonly known: Float64Array;
};

/**
 * The distance to the k-th nearest of the rows that it knows, in standard deviations of the fields. Makes no
 * assumption about how normal rows lie; needs rows enough to know all that is normal.
 *
 * @see Ramaswamy, Rastogi and Shim, "Efficient algorithms for mining outliers from large data sets" (SIGMOD 2000)
 */
export const nearestNeighbours = defineFitted({
  name: 'nearest-neighbours',
  version: 1,
  cost: 'dear',
  missing: 'typical',
  options: {
    neighbours: { standard: 20, least: 1, greatest: 1000, whole: true, about: 'which neighbour counts, k' },
    known: { standard: 2048, least: 1, greatest: 1_000_000, whole: true, about: 'rows that are kept, drawn at random' },
  },
  fieldOrder: 'free',
  rowOrder: 'seeded',
  stateBytes: (width, { known }) => 8 * width * (known + 2),
  fit(rows, { options, random }): NeighboursState {
    const scaling = scaleByDeviation(rows);
    const kept =
      rows.count <= options.known ? rows : pickRows(rows, sampleIntegers(random, options.known, rows.count).sort());
    return { ...scaling, known: scaled(kept, scaling).values };
  },
  score(state, rows, scores, { options }) {
    const { values, width, count } = scaled(rows, state);
    const nearest = new Nearest(Math.min(options.neighbours, state.known.length / width));
    for (let row = 0; row < count; row++) {
      nearest.search(state.known, values, row * width, width);
      scores[row] = Math.sqrt(nearest.farthest);
    }
  },
  explain(state, rows, shares, { options }) {
    const { values, width, count } = scaled(rows, state);
    const nearest = new Nearest(Math.min(options.neighbours, state.known.length / width));
    for (let row = 0; row < count; row++) {
      nearest.search(state.known, values, row * width, width);
      for (const known of nearest.rows) {
        for (let field = 0; field < width; field++) {
          const place = row * width + field;
          shares[place] = shares[place]! + (values[place]! - state.known[known * width + field]!) ** 2;
        }
      }
    }
  },
  fault({ centre, spread, known }, width) {
    if (centre.length !== width || spread.length !== width) return 'there is not one scale for each field';
    return known.length > 0 && known.length % width === 0 ? undefined : 'the known rows are not whole';
  },
});

/** The nearest few of many rows, kept in order of their distance while they are searched. */
class Nearest {
  readonly rows: Int32Array;
  readonly #distances: Float64Array;

  constructor(count: number) {
    this.rows = new Int32Array(count);
    this.#distances = new Float64Array(count);
  }

  /** Squared distance of the last that counts. */
  get farthest(): number {
    return this.#distances[this.#distances.length - 1]!;
  }

  search(known: Float64Array, values: Float64Array, at: number, width: number): void {
    const distances = this.#distances.fill(Infinity);
    const last = distances.length - 1;
    for (let from = 0, row = 0; from < known.length; from += width, row++) {
      const most = distances[last]!;
      let distance = 0;
      // What is too far already is given up early.
      for (let field = 0; field < width && distance < most; field++) {
        const difference = values[at + field]! - known[from + field]!;
        distance += difference * difference;
      }
      if (distance >= most) continue;
      let place = last;
      for (; place > 0 && distances[place - 1]! > distance; place--) {
        distances[place] = distances[place - 1]!;
        this.rows[place] = this.rows[place - 1]!;
      }
      distances[place] = distance;
      this.rows[place] = row;
    }
  }
}
