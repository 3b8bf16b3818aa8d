import { AdaptiveForest, StreamClassifier } from '#learn/models/index.ts';
import type { DetectBench } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { matrixWithout, numbersOf, parseTable } from '../data/read-table.ts';

/** Published by River's documentation, rows in order. */
const PUBLISHED = [
  ['ALMA', 0.906],
  ['leveraging bagging', 0.893],
  ['adaptive random forest', 0.877],
  ['last class', 0.853],
  ['Hoeffding adaptive tree', 0.821],
  ['Hoeffding tree', 0.796],
  ['naive Bayes', 0.729],
] as const;

/** Elec2: whether the price of electricity goes up, each row predicted before it is learnt. */
export const elec2: DetectBench = ({ seeds, quick, note }) => {
  const table = parseTable(readText(dataPath('elec2', 'elec2.csv.gz')));
  const { values, width } = matrixWithout(table, 'label');
  const all = numbersOf(table, 'label');
  const labels = quick ? all.subarray(0, 10_000) : all;
  const accuracyOf = (name: string, learner: AdaptiveForest | StreamClassifier, seed: number): number => {
    let right = 0;
    for (let i = 0; i < labels.length; i++) {
      if (learner.predict(values, i * width) === labels[i]) right += 1;
      learner.learn(values, labels[i]!, i * width);
    }
    const accuracy = right / labels.length;
    note(`seed ${seed}, ${name}: ${accuracy.toFixed(4)}`);
    return accuracy;
  };
  const mixed = seeds.map((seed) => accuracyOf('stream classifier', new StreamClassifier(width, 2, seed), seed));
  const alone = seeds.map((seed) => accuracyOf('adaptive forest', new AdaptiveForest(width, 2, seed), seed));
  let same = 0;
  for (let i = 1; i < labels.length; i++) if (labels[i] === labels[i - 1]) same += 1;
  const mean = (figures: readonly number[]): number => figures.reduce((sum, one) => sum + one, 0) / figures.length;
  const line = (name: string, figures: readonly number[]) => ({
    name,
    figures: [mean(figures), Math.min(...figures), Math.max(...figures)],
  });
  return {
    columns: ['accuracy', 'least of the seeds', 'greatest'],
    rows: [
      line('stream classifier', mixed),
      line('its adaptive forest alone', alone),
      { name: 'last class, measured', figures: [same / labels.length, null, null] },
      ...PUBLISHED.map(([name, figure]) => ({ name: `published ${name}`, figures: [figure, null, null] })),
    ],
    bars: [{ name: 'stream classifier', ours: mean(mixed), must: 0.853, aim: 0.893 }],
    protocol: [
      'Test, then train: rows in order, each predicted before it is learnt; the eight published columns, standard settings.',
    ],
  };
};
