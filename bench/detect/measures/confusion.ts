/** Rows told right and wrong. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Counts rows whose score is above the threshold against labels (1 is anomalous). */
export function confusionOf(scores: Float64Array, labels: Float64Array, threshold: number): Confusion {
  let [truePositives, falsePositives, trueNegatives, falseNegatives] = [0, 0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    const alarm = scores[i]! > threshold;
    const anomalous = labels[i] === 1;
    if (alarm && anomalous) truePositives++;
    else if (alarm) falsePositives++;
    else if (anomalous) falseNegatives++;
    else trueNegatives++;
  }
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** Adds counts up. */
export function pooled(parts: readonly Confusion[]): Confusion {
  const sum = (of: (part: Confusion) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    truePositives: sum((part) => part.truePositives),
    falsePositives: sum((part) => part.falsePositives),
    trueNegatives: sum((part) => part.trueNegatives),
    falseNegatives: sum((part) => part.falseNegatives),
  };
}

/** The harmonic mean of precision and recall of the anomalous class; 0 where nothing was found. */
export function f1Of({ truePositives, falsePositives, falseNegatives }: Confusion): number {
  return truePositives === 0 ? 0 : (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/** Share of normal rows with a false alarm, and of anomalous ones that were missed. */
export function alarmRates(counts: Confusion): { readonly falseAlarms: number; readonly missed: number } {
  return {
    falseAlarms: counts.falsePositives / (counts.falsePositives + counts.trueNegatives),
    missed: counts.falseNegatives / (counts.falseNegatives + counts.truePositives),
  };
}
