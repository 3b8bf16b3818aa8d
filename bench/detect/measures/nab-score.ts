/** A series with its scores and the windows in which an anomaly is to be found. */
export interface NabSeries {
  readonly scores: Float64Array;
  /** First and last row of each window, in order. */
  readonly windows: readonly (readonly [number, number])[];
}

export interface NabWeights {
  readonly found: number;
  readonly missed: number;
  readonly falseAlarm: number;
}

/** The standard profile. */
export const STANDARD_PROFILE: NabWeights = { found: 1, missed: 1, falseAlarm: 0.11 };

/** The first rows of a series do not count: 15 % of it, at most 15 % of 5000. */
export function probationOf(rows: number): number {
  return Math.floor(0.15 * Math.min(rows, 5000));
}

/**
 * The score of the Numenta Anomaly Benchmark, normalised so that never firing has 0 and finding every window at once
 * without a false alarm has 100, at the one threshold for the whole corpus that gives the most.
 *
 * @see Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms: the Numenta anomaly benchmark" (2015)
 */
export function nabScore(corpus: readonly NabSeries[], weights: NabWeights): { score: number; threshold: number } {
  const windows = corpus.reduce((sum, series) => sum + series.windows.length, 0);
  // What lowering the threshold past each score changes, over all series: the sum is that of each threshold.
  const changes: { at: number; by: number }[] = corpus.flatMap((series) => changesOf(series, weights));
  changes.sort((a, b) => b.at - a.at);
  let sum = -windows * weights.missed;
  let [best, threshold] = [sum, Infinity];
  for (let i = 0; i < changes.length;) {
    const { at } = changes[i]!;
    for (; i < changes.length && changes[i]!.at === at; i++) sum += changes[i]!.by;
    if (sum > best) [best, threshold] = [sum, at];
  }
  return { score: (100 * (best + windows * weights.missed)) / (windows * (weights.found + weights.missed)), threshold };
}

function changesOf({ scores, windows }: NabSeries, weights: NabWeights): { at: number; by: number }[] {
  const changes: { at: number; by: number }[] = [];
  let window = 0;
  for (let row = probationOf(scores.length); row < scores.length; row++) {
    while (window < windows.length && row > windows[window]![1]) window++;
    if (window < windows.length && row >= windows[window]![0]) continue;
    const before = windows[window - 1];
    const late = before === undefined ? Infinity : (row - before[1]) / (before[1] - before[0]);
    changes.push({ at: scores[row]!, by: weights.falseAlarm * worthAt(late) });
  }
  for (const [first, last] of windows) {
    // Of the alarms in a window the most timely counts: from the front on, each that is higher than all before it.
    let [highest, worth] = [-Infinity, -weights.missed];
    const inside: { at: number; by: number }[] = [];
    for (let row = Math.max(first, probationOf(scores.length)); row <= last && row < scores.length; row++) {
      if (!(scores[row]! > highest)) continue;
      highest = scores[row]!;
      inside.push({ at: highest, by: (weights.found * worthAt(-(last - row + 1) / (last - first + 1))) / worthAt(-1) });
    }
    for (const { at, by } of inside.toReversed()) {
      changes.push({ at, by: by - worth });
      worth = by;
    }
  }
  return changes;
}

/** 1 at the start of a window, 0 at its end, −1 far beyond it; `place` in lengths of the window from its end. */
function worthAt(place: number): number {
  return place > 3 ? -1 : 2 / (1 + Math.exp(5 * place)) - 1;
}
