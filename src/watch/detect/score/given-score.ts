import { defineIncremental } from '../define-detector.ts';

const OPTIONS = {
  first: { standard: 0, least: 0, greatest: 9_999, whole: true, about: 'first field that is a score already' },
  count: { standard: 1, least: 1, greatest: 10_000, whole: true, about: 'how many of them there are' },
  stride: { standard: 1, least: 1, greatest: 100, whole: true, about: 'fields from one to the next' },
} as const;

/** A category in an order that it hardly ever comes in. */
export const oddOrder = givenScore('odd-order');
/** A category at a time at which it hardly ever comes. */
export const oddTime = givenScore('odd-time');
/** A category that hardly ever comes at all. */
export const unfamiliar = givenScore('unfamiliar');
/** Times that repeat with one period, as those of a beacon do. */
export const beacon = givenScore('beacon');

/**
 * A detector of fields that say by themselves how unusual a row is, as features of sequences do: the greatest of them
 * is the score. What is usual for a device is learnt by the feature before and by the threshold behind it.
 */
function givenScore(name: string) {
  return defineIncremental({
    name,
    version: 1,
    cost: 'cheap',
    options: OPTIONS,
    fieldOrder: 'free',
    rowOrder: 'free',
    stateBytes: () => 8,
    begin: () => ({ none: new Float64Array(1) }),
    learn: () => {},
    score(_, { values, width, count }, scores, { options }) {
      for (let row = 0; row < count; row++) scores[row] = greatest(values, row * width, width, options);
    },
    step(_, { values, width, count }, scores, { options }) {
      for (let row = 0; row < count; row++) scores[row] = greatest(values, row * width, width, options);
    },
    // It is counted from nothing: so much of a score is the field's.
    typical: () => new Float64Array(0),
    explain(_, { values, width }, shares, { options }) {
      for (let i = 0; i < values.length; i++) {
        const nth = ((i % width) - options.first) / options.stride;
        shares[i] = nth >= 0 && nth < options.count && Number.isInteger(nth) ? scoreOf(values[i]!) : 0;
      }
    },
  });
}

type Options = { readonly first: number; readonly count: number; readonly stride: number };

function greatest(values: Float64Array, at: number, width: number, { first, count, stride }: Options): number {
  let most = 0;
  for (let i = first; i < first + count * stride && i < width; i += stride)
    most = Math.max(most, scoreOf(values[at + i]!));
  return most;
}

function scoreOf(value: number): number {
  return value > 0 ? value : 0;
}
