import { readdirSync } from 'node:fs';
import {
  copod,
  ecod,
  hbos,
  isolationForest,
  nearestNeighbours,
  principalComponents,
  robustCovariance,
  rowsOf,
  TABULAR_PARTS,
  tabularEnsemble,
} from '#watch/detect/index.ts';
import type { DetectorKind, Rows } from '#watch/detect/index.ts';
import type { DetectBench, SetRow } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { matrixWithout, numbersOf, parseTable } from '../data/read-table.ts';
import { meanRanks } from '../compare-ensemble.ts';
import { rocArea } from '../measures/roc-area.ts';

const KINDS: readonly DetectorKind[] = [
  tabularEnsemble,
  isolationForest,
  robustCovariance,
  nearestNeighbours,
  copod,
  ecod,
  hbos,
  principalComponents,
];
/** Published beside ours: the best, and the bar. */
const PUBLISHED = ['MCD', 'KNN', 'IForest'] as const;

/** ADBench: tables with anomalies, unsupervised, the whole set learnt and scored, area under the ROC curve. */
export const adbench: DetectBench = ({ seeds, quick, note }) => {
  const published = parseTable(readText(dataPath('adbench', 'published_auc_roc_unsupervised.csv')));
  const files = readdirSync(dataPath('adbench')).filter((file) => file.endsWith('.csv.gz'));
  const rows: SetRow[] = [];
  for (const file of quick ? files.slice(0, 6) : files) {
    const name = file.slice(0, -'.csv.gz'.length);
    const table = parseTable(readText(dataPath('adbench', file)));
    const { values, width } = matrixWithout(table, 'label');
    const labels = numbersOf(table, 'label');
    const ours = KINDS.map((kind) => meanArea(kind, rowsOf(values, width), labels, seeds));
    const line = published.cells.find(([set]) => set === name);
    if (line === undefined) throw new Error(`nothing is published for ${name}`);
    const theirs = PUBLISHED.map((method) => Number(line[published.header.indexOf(method)]));
    rows.push({ name, figures: [...ours, ...theirs] });
    note(
      `${name}: ${rows
        .at(-1)
        ?.figures.map((figure) => figure?.toFixed(1))
        .join(' ')}`,
    );
  }
  const means = rows[0]!.figures.map((_, i) => rows.reduce((sum, { figures }) => sum + figures[i]!, 0) / rows.length);
  const places = [tabularEnsemble, ...TABULAR_PARTS].map((kind) => KINDS.indexOf(kind));
  const [own, ...ofParts] = meanRanks(rows, places);
  const ranks = KINDS.map((kind) => (kind === tabularEnsemble ? own! : (ofParts[TABULAR_PARTS.indexOf(kind)] ?? null)));
  const behind = rows.map(({ figures }) => {
    const [ensemble, ...parts] = places.map((place) => figures[place]!);
    return Math.max(...parts) - ensemble!;
  });
  const blank = PUBLISHED.map(() => null);
  return {
    columns: [...KINDS.map(({ name }) => name), ...PUBLISHED.map((method) => `published ${method}`)],
    rows: [
      ...rows,
      { name: 'mean', figures: means },
      { name: 'mean rank, ensemble and parts', figures: [...ranks, ...blank] },
    ],
    ensemble: {
      ensemble: means[places[0]!]!,
      parts: TABULAR_PARTS.map((kind, i) => ({ name: kind.name, figure: means[places[i + 1]!]! })),
      point: 1,
    },
    bars: KINDS.map(({ name }, i) => ({ name, ours: means[i]!, must: 77.1, aim: 79.1 })),
    protocol: [
      `ROC area in %, the whole set learnt without labels and scored, mean over ${seeds.length} seeds.`,
      'The settings are the standard ones of each detector for all sets.',
      `The ensemble lies within 3 points of its best part on ${behind.filter((points) => points <= 3).length} of ${rows.length} tables, ${Math.max(...behind).toFixed(1)} behind at most.`,
    ],
  };
};

function meanArea(kind: DetectorKind, rows: Rows, labels: Float64Array, seeds: readonly number[]): number {
  const scores = new Float64Array(rows.count);
  // What draws nothing at random for these rows gives the same for each seed.
  const own = kind.fieldOrder === 'free' && kind.rowOrder === 'free' ? seeds.slice(0, 1) : seeds;
  let sum = 0;
  for (const seed of own) {
    const detector = kind.create(rows.width, {}, seed);
    detector.learn(rows);
    detector.score(rows, scores);
    sum += rocArea(scores, labels);
  }
  return (100 * sum) / own.length;
}
