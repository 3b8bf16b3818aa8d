import { defineFieldwise } from '../define-fieldwise.ts';

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
  return defineFieldwise({
    name,
    version: 1,
    options: OPTIONS,
    rowOrder: 'free',
    stateBytes: () => 8,
    begin: () => ({ none: new Float64Array(1) }),
    scoreField: (_, field, value, { first, count, stride }) => {
      const nth = (field - first) / stride;
      return nth >= 0 && nth < count && Number.isInteger(nth) ? Math.max(0, value) : NaN;
    },
    learnRow: () => {},
    // It is counted from nothing: so much of a score is the field's.
    typical: () => new Float64Array(0),
  });
}
