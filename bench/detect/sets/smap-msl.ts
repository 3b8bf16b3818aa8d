import { columnOf, rowsOf, windowedComponents } from '#watch/detect/index.ts';
import type { DetectBench, SetRow } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { matrixWithout, numbersOf, parseTable } from '../data/read-table.ts';
import { periodOf } from '../measures/period.ts';
import { vusPr } from '../measures/vus-pr.ts';

const PUBLISHED = ['KMeansAD', 'CNN', 'IForest', 'PCA'] as const;

/** SMAP and MSL: telemetry of spacecraft, the channels that TSB-AD has, by volume under the precision-recall surface. */
export const smapMsl: DetectBench = ({ quick, note }) => {
  const published = parseTable(readText(dataPath('smap-msl', 'published_tsb_ad_m_vus_pr.csv')));
  const place = (name: string): number => published.header.indexOf(name);
  const rows: SetRow[] = [];
  for (const line of quick ? published.cells.slice(0, 6) : published.cells) {
    const name = line[0]!;
    const table = parseTable(readText(dataPath('smap-msl', 'test', `${name}.csv.gz`)));
    const { values, width } = matrixWithout(table, 'label');
    const block = rowsOf(values, width);
    const learnt = Number(line[place('train_rows')]);
    const scores = new Float64Array(block.count);
    // Fitted once, on the rows that may be learnt; the rest is watched as a stream. Rows before the fit have score 0.
    windowedComponents.create(width, { first: learnt, memory: learnt, every: 1e9 }).step(block, scores);
    const ours = vusPr(scores, numbersOf(table, 'label'), periodOf(columnOf(block, 0)));
    rows.push({ name, figures: [ours, ...PUBLISHED.map((method) => Number(line[place(method)]))] });
    note(`${name}: ${ours.toFixed(3)}`);
  }
  const means = rows[0]!.figures.map((_, i) => rows.reduce((sum, { figures }) => sum + figures[i]! / rows.length, 0));
  return {
    columns: ['windowed-components', ...PUBLISHED.map((method) => `published ${method}`)],
    rows: [...rows, { name: 'mean', figures: means }],
    bars: [{ name: 'VUS-PR', ours: means[0]!, must: 0.334, aim: 0.479 }],
    protocol: [
      'VUS-PR over the whole series, tolerance by the period of the first column, as TSB-AD has it.',
      'Learnt on the first `train_rows` rows only; KMeansAD and other published ones see the whole series.',
    ],
  };
};
