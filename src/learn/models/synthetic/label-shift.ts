import { nextUniform } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { learnMarginal, scoreOf, valueOf } from './marginal.ts';
import type { Marginal } from './marginal.ts';

/** How the scores of a number go with a label: how they are spread under each. */
export interface LabelShift {
  /** Place of the column of labels. */
  readonly by: number;
  /** By label, of scores; that of all rows for a label that few have. */
  readonly spreads: readonly Marginal[];
}

/** Labels that explain less of the variance than this are let be. */
const LEAST_SHARE = 0.005;
const MOST_SHIFTS = 3;
/** A label that fewer rows have says nothing of its own. */
const LEAST_ROWS = 50;

interface Scores {
  readonly scores: Float64Array;
  readonly width: number;
  /** The label of a row in a column of labels, NaN where it is missing. */
  readonly codes: (row: number, column: number) => number;
}

/**
 * Learns for each column of numbers which labels its scores go with, the strongest first, and takes that out of the scores:
 * under each label they are then spread alike.
 *
 * @param of scores of rows by column; changed
 */
export function learnShifts(
  marginals: readonly Marginal[],
  of: Scores,
  random: RandomState,
): readonly (readonly LabelShift[])[] {
  const labelled = [...marginals.keys()].filter((i) => marginals[i]!.labels !== null);
  return marginals.map(({ labels }, column) => {
    const shifts: LabelShift[] = [];
    const left = new Set(labels === null ? labelled : []);
    while (left.size > 0 && shifts.length < MOST_SHIFTS) {
      const tried = [...left].map((by) => ({ by, share: shareBetween(by, marginals[by]!.labels!.length, column, of) }));
      const { by, share } = tried.reduce((most, one) => (one.share > most.share ? one : most));
      if (share < LEAST_SHARE) break;
      left.delete(by);
      shifts.push({ by, spreads: takeOut(by, marginals[by]!.labels!.length, column, of, random) });
    }
    return shifts;
  });
}

/** The score of a number, with the labels of its row taken into it again. @param codes by column, NaN where missing */
export function shiftedScore(shifts: readonly LabelShift[], score: number, codes: Float64Array): number {
  let out = score;
  for (let at = shifts.length - 1; at >= 0; at -= 1) {
    const { by, spreads } = shifts[at]!;
    const code = codes[by]!;
    if (!Number.isNaN(code)) out = valueOf(spreads[code]!, out);
  }
  return out;
}

function takeOut(
  by: number,
  labels: number,
  column: number,
  { scores, width, codes }: Scores,
  random: RandomState,
): readonly Marginal[] {
  const groups = Array.from({ length: labels }, (): number[] => []);
  const all: number[] = [];
  for (let row = 0; row * width < scores.length; row += 1) {
    const code = codes(row, by);
    if (!Number.isNaN(code)) groups[code]!.push(scores[row * width + column]!);
    all.push(scores[row * width + column]!);
  }
  const spreadOf = (values: readonly number[]): Marginal =>
    learnMarginal({ name: '', labels: null, whole: false, values: Float64Array.from(values) });
  const common = spreadOf(all);
  const spreads = groups.map((values) => (values.length < LEAST_ROWS ? common : spreadOf(values)));
  for (let row = 0; row * width < scores.length; row += 1) {
    const code = codes(row, by);
    if (Number.isNaN(code)) continue;
    const at = row * width + column;
    scores[at] = scoreOf(spreads[code]!, scores[at]!, nextUniform(random));
  }
  return spreads;
}

/** The share of the variance that lies between labels. */
function shareBetween(by: number, labels: number, column: number, { scores, width, codes }: Scores): number {
  const [sums, counts] = [new Float64Array(labels), new Float64Array(labels)];
  let [all, total, squares] = [0, 0, 0];
  for (let row = 0; row * width < scores.length; row += 1) {
    const code = codes(row, by);
    if (Number.isNaN(code)) continue;
    const score = scores[row * width + column]!;
    sums[code]! += score;
    counts[code]! += 1;
    all += 1;
    total += score;
    squares += score * score;
  }
  if (all === 0) return 0;
  const mean = total / all;
  const between = sums.reduce((sum, of, code) => {
    const count = counts[code]!;
    return count < LEAST_ROWS ? sum : sum + count * (of / count - mean) ** 2;
  }, 0);
  return between / all / Math.max(1e-12, squares / all - mean * mean);
}
