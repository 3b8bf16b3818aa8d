import { hashBucket } from '#base/crypto/index.ts';

/** What hashing the categories of a column into buckets costs. */
export interface HashingReport {
  readonly rows: number;
  readonly categories: number;
  readonly buckets: number;
  /** Categories that share a bucket with another: of the keys that were tried the mean, and the most. */
  readonly collided: { readonly mean: number; readonly most: number; readonly expected: number };
  /** Share of rows whose category shares a bucket. */
  readonly rowsCollided: number;
  /** Quality of telling the target from the category and from its bucket; null without a target. */
  readonly quality: {
    readonly measure: 'R²' | 'accuracy';
    /** Without knowing the category at all. */
    readonly blind: number;
    readonly exact: number;
    readonly hashed: number;
    /** What is lost of `exact`: the mean over the keys, and the most. */
    readonly loss: number;
    readonly mostLoss: number;
  } | null;
}

const FOLDS = 5;
/** Rows that the mean of all weighs beside those of a category. */
const PRIOR = 4;

/**
 * What is lost where categories are seen hashed into buckets: which collide, and how much worse a model tells a target.
 * The model is the mean (or the likeliest) of the target of each category, drawn towards that of all, in five folds.
 *
 * @param targets numbers, or other values as texts; null where none is asked for. A row without one is left out.
 * @param keys under which it is tried: each gives other collisions
 */
export function measureHashing(
  categories: readonly string[],
  targets: readonly (number | string | null)[] | null,
  buckets: number,
  keys: readonly Uint8Array[],
): HashingReport {
  const counts = new Map<string, number>();
  for (const category of categories) counts.set(category, (counts.get(category) ?? 0) + 1);
  const known = [...counts.keys()];
  const collided: number[] = [];
  const rows: number[] = [];
  const hashed: number[] = [];
  const numeric = targets?.every((target) => target === null || typeof target === 'number') ?? false;
  for (const key of keys) {
    const bucketOf = new Map(known.map((category) => [category, String(hashBucket(key, category, buckets))]));
    const sizes = new Map<string, number>();
    for (const bucket of bucketOf.values()) sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1);
    const shared = known.filter((category) => sizes.get(bucketOf.get(category)!)! > 1);
    collided.push(shared.length);
    rows.push(shared.reduce((sum, category) => sum + counts.get(category)!, 0) / Math.max(1, categories.length));
    if (targets !== null) {
      hashed.push(
        qualityOf(
          categories.map((category) => bucketOf.get(category)!),
          targets,
          numeric,
        ),
      );
    }
  }
  const quality =
    targets === null
      ? null
      : {
          measure: numeric ? ('R²' as const) : ('accuracy' as const),
          blind: qualityOf(
            categories.map(() => ''),
            targets,
            numeric,
          ),
          exact: qualityOf(categories, targets, numeric),
        };
  return {
    rows: categories.length,
    categories: known.length,
    buckets,
    collided: {
      mean: mean(collided),
      most: Math.max(0, ...collided),
      expected: known.length * (1 - (1 - 1 / buckets) ** (known.length - 1)),
    },
    rowsCollided: mean(rows),
    quality:
      quality === null
        ? null
        : {
            ...quality,
            hashed: mean(hashed),
            loss: quality.exact - mean(hashed),
            mostLoss: quality.exact - Math.min(...hashed),
          },
  };
}

/** R² of numbers, share that is right of other values; each row told by those of other folds. */
function qualityOf(
  categories: readonly string[],
  targets: readonly (number | string | null)[],
  numeric: boolean,
): number {
  let [wrong, all, sum, squares] = [0, 0, 0, 0];
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = numeric ? meansOf(categories, targets, fold) : likeliestOf(categories, targets, fold);
    for (let i = 0; i < categories.length; i++) {
      const target = targets[i];
      if (foldOf(i) !== fold || target === null || target === undefined) continue;
      const told = model(categories[i]!);
      all += 1;
      if (typeof target === 'number' && typeof told === 'number' && numeric) {
        wrong += (target - told) ** 2;
        sum += target;
        squares += target ** 2;
      } else if (told !== target) wrong += 1;
    }
  }
  if (all === 0) return NaN;
  if (!numeric) return 1 - wrong / all;
  const spread = squares - sum ** 2 / all;
  return spread > 0 ? 1 - wrong / spread : NaN;
}

/** Scattered: rows come in an order that may repeat. */
function foldOf(row: number): number {
  return (Math.imul(row + 1, 0x9e3779b1) >>> 16) % FOLDS;
}

type Model = (category: string) => number | string;

function meansOf(categories: readonly string[], targets: readonly (number | string | null)[], fold: number): Model {
  const sums = new Map<string, { sum: number; count: number }>();
  let [sum, count] = [0, 0];
  for (const [i, category] of categories.entries()) {
    const target = targets[i];
    if (foldOf(i) === fold || typeof target !== 'number') continue;
    const own = sums.get(category) ?? { sum: 0, count: 0 };
    sums.set(category, { sum: own.sum + target, count: own.count + 1 });
    sum += target;
    count += 1;
  }
  const all = count === 0 ? 0 : sum / count;
  return (category) => {
    const own = sums.get(category);
    return own === undefined ? all : (own.sum + PRIOR * all) / (own.count + PRIOR);
  };
}

function likeliestOf(categories: readonly string[], targets: readonly (number | string | null)[], fold: number): Model {
  const counts = new Map<string, Map<number | string, number>>();
  const all = new Map<number | string, number>();
  for (const [i, category] of categories.entries()) {
    const target = targets[i];
    if (foldOf(i) === fold || target === null || target === undefined) continue;
    const own = counts.get(category) ?? new Map<number | string, number>();
    counts.set(category, own.set(target, (own.get(target) ?? 0) + 1));
    all.set(target, (all.get(target) ?? 0) + 1);
  }
  const first = (of: ReadonlyMap<number | string, number> | undefined): number | string | undefined =>
    [...(of ?? [])].reduce<[number | string, number] | undefined>(
      (best, each) => (best === undefined || each[1] > best[1] ? [...each] : best),
      undefined,
    )?.[0];
  const usual = first(all) ?? '';
  return (category) => first(counts.get(category)) ?? usual;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
