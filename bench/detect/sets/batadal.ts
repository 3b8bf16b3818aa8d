import { quantileOfSorted, sortedFinite } from '#learn/features/index.ts';
import { rowsOf } from '#watch/detect/index.ts';
import type { DetectBench } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { matrixWithout, numbersOf, parseTable } from '../data/read-table.ts';
import { joinRows, learnThenWatch } from '../learn-then-watch.ts';
import { confusionOf, f1Of } from '../measures/confusion.ts';
import { rocArea } from '../measures/roc-area.ts';

/** BATADAL: a water network, a year without attacks to learn from, then one with seven attacks. */
export const batadal: DetectBench = () => {
  const [calm, attacked] = ['dataset03', 'dataset04'].map((name) =>
    parseTable(
      readText(dataPath('batadal', `${name}.csv.gz`))
        .replaceAll(' ,', ',')
        .replaceAll(', ', ','),
    ),
  ) as [ReturnType<typeof parseTable>, ReturnType<typeof parseTable>];
  const [before, after] = [calm, attacked].map((table) => {
    const { values, width } = matrixWithout(table, 'DATETIME', 'ATT_FLAG');
    return rowsOf(values, width);
  }) as [ReturnType<typeof rowsOf>, ReturnType<typeof rowsOf>];
  const labels = numbersOf(attacked, 'ATT_FLAG').map((flag) => (flag === 1 ? 1 : 0));
  const { contenders, learnt } = learnThenWatch(joinRows(before, after), before.count);
  const rows = contenders.map(({ name, scores }) => {
    const threshold = quantileOfSorted(sortedFinite(scores.slice(learnt, before.count)), 0.995);
    return { name, figures: figuresOf(scores.subarray(before.count), labels, threshold) };
  });
  const [ensemble, ...parts] = rows.toReversed();
  return {
    columns: ['F1', 'precision', 'recall', 'score S', 'ROC area'],
    rows: [...rows, { name: 'published autoencoder', figures: [0.731, 0.8, 0.673, null, null] }],
    bars: [{ name: 'F1', ours: ensemble!.figures[0]!, must: 0.731, aim: 0.8 }],
    ensemble: {
      ensemble: ensemble!.figures[0]!,
      parts: parts.toReversed().map(({ name, figures }) => ({ name, figure: figures[0]! })),
      point: 0.01,
    },
    protocol: [
      'Learnt on the first 70 % of dataset03; threshold at the 0.995 quantile of its scores on the rest; tested on dataset04.',
    ],
  };
};

/** F1, precision, recall, the competition's score and the ROC area. */
function figuresOf(scores: Float64Array, labels: Float64Array, threshold: number): number[] {
  const counts = confusionOf(scores, labels, threshold);
  const precision = counts.truePositives / (counts.truePositives + counts.falsePositives);
  const recall = counts.truePositives / (counts.truePositives + counts.falseNegatives);
  return [f1Of(counts), precision, recall, competitionScore(scores, labels, threshold), rocArea(scores, labels)];
}

/** Half the quickness of detection over attacks, half the mean of both rates over hours. */
function competitionScore(scores: Float64Array, labels: Float64Array, threshold: number): number {
  const delays: number[] = [];
  for (let from = 0; from < labels.length; from++) {
    if (labels[from] !== 1) continue;
    let to = from;
    while (to < labels.length && labels[to] === 1) to++;
    const first = scores.subarray(from, to).findIndex((score) => score > threshold);
    delays.push(first < 0 ? 1 : first / (to - from));
    from = to;
  }
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusionOf(scores, labels, threshold);
  const rates = truePositives / (truePositives + falseNegatives) + trueNegatives / (trueNegatives + falsePositives);
  return 0.5 * (1 - delays.reduce((sum, delay) => sum + delay, 0) / delays.length) + 0.25 * rates;
}
