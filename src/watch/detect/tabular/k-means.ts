import { nextInteger, nextUniform } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { defineFitted } from '../define-detector.ts';
import { scaleByDeviation, scaled } from '../numeric/scaling.ts';
import type { Scaling } from '../numeric/scaling.ts';
import type { Rows } from '../rows.ts';

type MeansState = Scaling & {
  /** Centres of the clusters on the scale, row after row. */
  readonly centres: Float64Array;
};

/** Rounds until no row changes its cluster; what still changes after them hardly matters. */
const MOST_ROUNDS = 50;

/**
 * The distance to the nearest of some centres that the normal rows gather about, in standard deviations of the fields.
 * Over windows it knows the shapes that a series usually takes.
 *
 * @see Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding" (SODA 2007); Lloyd (1982);
 *   Yairi et al., "Fault detection by mining association rules from house-keeping data" (2001)
 */
export const kMeans = defineFitted({
  name: 'k-means',
  version: 1,
  cost: 'moderate',
  options: { clusters: { standard: 20, least: 1, greatest: 1000, whole: true, about: 'centres, k' } },
  fieldOrder: 'free',
  rowOrder: 'seeded',
  missing: 'typical',
  stateBytes: (width, { clusters }) => 8 * width * (clusters + 2),
  fit(rows, { options, random }): MeansState {
    const scaling = scaleByDeviation(rows);
    const unit = scaled(rows, scaling);
    const centres = seedCentres(unit, Math.min(options.clusters, rows.count), random);
    const cluster = new Int32Array(rows.count).fill(-1);
    for (let round = 0; round < MOST_ROUNDS && assign(unit, centres, cluster); round++) move(unit, centres, cluster);
    return { ...scaling, centres };
  },
  score(state, rows, scores) {
    const unit = scaled(rows, state);
    for (let row = 0; row < rows.count; row++) {
      scores[row] = Math.sqrt(squaredTo(unit, row, state.centres, nearest(unit, row, state.centres)));
    }
  },
  explain(state, rows, shares) {
    const unit = scaled(rows, state);
    const { width } = rows;
    for (let row = 0; row < rows.count; row++) {
      const centre = nearest(unit, row, state.centres) * width;
      for (let i = 0; i < width; i++) {
        shares[row * width + i] = (unit.values[row * width + i]! - state.centres[centre + i]!) ** 2;
      }
    }
  },
  fault({ centre, spread, centres }, width) {
    if (centre.length !== width || spread.length !== width) return 'there is not one scale for each field';
    return centres.length > 0 && centres.length % width === 0 ? undefined : 'the centres are not whole';
  },
});

/** First centres, each drawn with a chance that grows with the squared distance to those before it. */
function seedCentres(unit: Rows, count: number, random: RandomState): Float64Array {
  const { values, width } = unit;
  const centres = new Float64Array(count * width);
  const far = new Float64Array(unit.count).fill(Infinity);
  let chosen = nextInteger(random, unit.count);
  for (let i = 0; i < count; i++) {
    centres.set(values.subarray(chosen * width, (chosen + 1) * width), i * width);
    let total = 0;
    for (let row = 0; row < unit.count; row++)
      total += far[row] = Math.min(far[row]!, squaredTo(unit, row, centres, i));
    let left = nextUniform(random) * total;
    for (chosen = 0; chosen < unit.count - 1 && left >= far[chosen]!; chosen++) left -= far[chosen]!;
  }
  return centres;
}

/** Gives each row to its nearest centre; whether one changed. */
function assign(unit: Rows, centres: Float64Array, cluster: Int32Array): boolean {
  let changed = false;
  for (let row = 0; row < unit.count; row++) {
    const found = nearest(unit, row, centres);
    changed ||= cluster[row] !== found;
    cluster[row] = found;
  }
  return changed;
}

/** Moves each centre to the mean of its rows; one without rows stays. */
function move({ values, width, count }: Rows, centres: Float64Array, cluster: Int32Array): void {
  const sums = new Float64Array(centres.length);
  const sizes = new Int32Array(centres.length / width);
  for (let row = 0; row < count; row++) {
    const at = cluster[row]! * width;
    sizes[cluster[row]!]! += 1;
    for (let i = 0; i < width; i++) sums[at + i] = sums[at + i]! + values[row * width + i]!;
  }
  for (let i = 0; i < centres.length; i++) {
    const size = sizes[Math.floor(i / width)]!;
    if (size > 0) centres[i] = sums[i]! / size;
  }
}

function nearest(unit: Rows, row: number, centres: Float64Array): number {
  let [found, least] = [0, Infinity];
  for (let i = 0; i < centres.length / unit.width; i++) {
    const distance = squaredTo(unit, row, centres, i, least);
    if (distance < least) [found, least] = [i, distance];
  }
  return found;
}

/** Squared distance of a row to a centre; given up beyond `most`. */
function squaredTo(
  { values, width }: Rows,
  row: number,
  centres: Float64Array,
  centre: number,
  most = Infinity,
): number {
  let sum = 0;
  for (let i = 0; i < width && sum < most; i++) {
    const difference = values[row * width + i]! - centres[centre * width + i]!;
    sum += difference * difference;
  }
  return sum;
}
