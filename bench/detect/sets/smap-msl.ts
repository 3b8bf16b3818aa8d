import { columnOf, rowsOf } from '#watch/detect/index.ts';
import type { DetectBench, SetRow } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { matrixWithout, numbersOf, parseTable } from '../data/read-table.ts';
import { learnThenWatch } from '../learn-then-watch.ts';
import { periodOf } from '../measures/period.ts';
import { vusPr } from '../measures/vus-pr.ts';

const PUBLISHED = ['KMeansAD', 'CNN', 'IForest', 'PCA'] as const;

/** SMAP and MSL: telemetry of spacecraft, the channels that TSB-AD has, by volume under the precision-recall surface. */
export const smapMsl: DetectBench = ({ quick, note }) => {
  const published = parseTable(readText(dataPath('smap-msl', 'published_tsb_ad_m_vus_pr.csv')));
  const place = (name: string): number => published.header.indexOf(name);
  const rows: SetRow[] = [];
  let names: readonly string[] = [];
  for (const line of quick ? published.cells.slice(0, 6) : published.cells) {
    const name = line[0]!;
    const table = parseTable(readText(dataPath('smap-msl', 'test', `${name}.csv.gz`)));
    const { values, width } = matrixWithout(table, 'label');
    const block = rowsOf(values, width);
    const training = Number(line[place('train_rows')]);
    const { contenders } = learnThenWatch(block, training);
    names = contenders.map((contender) => contender.name);
    const [labels, period] = [numbersOf(table, 'label'), periodOf(columnOf(block, 0))];
    const ours = contenders.map(({ scores }) => vusPr(scores.fill(0, 0, training), labels, period));
    rows.push({ name, figures: [...ours, ...PUBLISHED.map((method) => Number(line[place(method)]))] });
    note(`${name}: ${ours.map((figure) => figure.toFixed(3)).join(' ')}`);
  }
  const means = rows[0]!.figures.map((_, i) => rows.reduce((sum, { figures }) => sum + figures[i]! / rows.length, 0));
  return {
    columns: [...names, ...PUBLISHED.map((method) => `published ${method}`)],
    rows: [...rows, { name: 'mean', figures: means }],
    bars: [{ name: 'VUS-PR', ours: means[names.length - 1]!, must: 0.334, aim: 0.479 }],
    ensemble: {
      ensemble: means[names.length - 1]!,
      parts: names.slice(0, -1).map((name, i) => ({ name, figure: means[i]! })),
      point: 0.01,
    },
    protocol: [
      'VUS-PR over the whole series, tolerance by the period of the first column, as TSB-AD has it.',
      'Learnt on 70 % of the first `train_rows` rows, which count as 0; KMeansAD and other published ones see the whole series.',
    ],
  };
};
