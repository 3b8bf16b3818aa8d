import { pickRows, rowsOf, TABULAR_PARTS, tabularEnsemble } from '#watch/detect/index.ts';
import type { DetectorKind, Rows } from '#watch/detect/index.ts';
import type { DetectBench } from '../bench-set.ts';
import { dataPath, readText } from '../data/corpus.ts';
import { rocArea } from '../measures/roc-area.ts';
import { TABULAR_KINDS } from '../tabular-kinds.ts';

const figureOf = (kind: DetectorKind, areas: readonly number[]): number => areas[TABULAR_KINDS.indexOf(kind)]!;
const FOLDS = 5;
/** Columns of names: protocol, service, flag. */
const CATEGORIES = [1, 2, 3];
/** The column of the label; the one after it says how many classifiers erred. */
const LABEL = 41;

/** NSL-KDD: connections, attacks among them; learnt from normal ones only. */
export const nslKdd: DetectBench = ({ seeds, quick, note }) => {
  const lines = readText(dataPath('nsl-kdd', 'KDDTrain+_20Percent.txt.gz'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(','));
  const labels = Float64Array.from(lines, (line) => (line[LABEL] === 'normal' ? 0 : 1));
  const rows = encode(lines);
  const areas = TABULAR_KINDS.map(() => 0);
  for (let fold = 0; fold < (quick ? 1 : FOLDS); fold++) {
    const all = Array.from({ length: lines.length }, (_, i) => i);
    const tested = Int32Array.from(all.filter((i) => i % FOLDS === fold));
    const learnt = Int32Array.from(all.filter((i) => i % FOLDS !== fold && labels[i] === 0));
    for (const [k, kind] of TABULAR_KINDS.entries()) {
      const detector = kind.create(rows.width, {}, seeds[fold % seeds.length] ?? 1);
      detector.learn(pickRows(rows, learnt));
      const scores = new Float64Array(tested.length);
      detector.score(pickRows(rows, tested), scores);
      const area = rocArea(
        scores,
        Float64Array.from(tested, (i) => labels[i]!),
      );
      areas[k] = areas[k]! + area / (quick ? 1 : FOLDS);
      note(`fold ${fold + 1}, ${kind.name}: ${area.toFixed(4)}`);
    }
  }
  return {
    columns: ['ROC area'],
    rows: TABULAR_KINDS.map(({ name }, k) => ({ name, figures: [areas[k]!] })),
    bars: TABULAR_KINDS.map(({ name }, k) => ({
      name,
      ours: areas[k]!,
      must: Number(areas[0]!.toFixed(3)),
      aim: 0.96,
    })),
    ensemble: {
      ensemble: figureOf(tabularEnsemble, areas),
      parts: TABULAR_PARTS.map((kind) => ({ name: kind.name, figure: figureOf(kind, areas) })),
      point: 0.01,
    },
    protocol: [
      'Every fifth row tested in turn, the normal ones of the others learnt; a column for each name, logarithms of counts and sizes.',
      'What must be reached is the isolation forest of the same folds.',
    ],
  };
};

/** Names as one column each, numbers as ln(1 + x): they span from single packets to gigabytes. */
function encode(lines: readonly (readonly string[])[]): Rows {
  const names = CATEGORIES.map((column) => [...new Set(lines.map((line) => line[column]!))].toSorted());
  const numbers = Array.from({ length: LABEL }, (_, i) => i).filter((i) => !CATEGORIES.includes(i));
  const width = numbers.length + names.reduce((sum, list) => sum + list.length, 0);
  const values = new Float64Array(lines.length * width);
  let at = 0;
  for (const line of lines) {
    for (const column of numbers) values[at++] = Math.log1p(Number(line[column]));
    for (const [i, list] of names.entries()) {
      values[at + list.indexOf(line[CATEGORIES[i]!]!)] = 1;
      at += list.length;
    }
  }
  return rowsOf(values, width);
}
