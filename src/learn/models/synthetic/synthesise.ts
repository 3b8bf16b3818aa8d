import { seedRandom } from '#learn/features/index.ts';
import { ModelsError } from '../errors.ts';
import { generateSeries } from './generate-series.ts';
import { judgeSeries, scoreRows } from './judge-series.ts';
import type { SyntheticReport } from './judge-series.ts';
import { findRareRows } from './rare-rows.ts';
import { learnSeries } from './series-model.ts';
import type { SeriesTable } from './series-table.ts';

export interface Synthesis {
  readonly made: SeriesTable;
  readonly report: SyntheticReport & { readonly redrawn: number };
}

export interface SynthesisOptions {
  readonly rows: number;
  readonly causes: readonly (readonly [cause: string, effect: string])[];
  readonly seed: number;
}

/** Readings of one series that are learnt or held back together, so that steps within them can be learnt. */
const BLOCK = 50;
const LEAST_ROWS = 200;
/** Rows that are compared one by one to find those that stand alone. */
const RARE_AMONG = 4_000;

/**
 * Learns half of the rows, block by block, makes new ones, and compares them with both halves: what is nearer to the half
 * that was learnt than to the one that was held back was copied.
 *
 * @throws {ModelsError} MODELS_ROWS_UNFIT, MODELS_CAUSE_UNFIT
 */
export function synthesise(real: SeriesTable, { rows, causes, seed }: SynthesisOptions): Synthesis {
  if (real.rows < LEAST_ROWS) {
    throw new ModelsError('MODELS_ROWS_UNFIT', `Cannot learn from ${real.rows} rows: there have to be ${LEAST_ROWS}`);
  }
  const random = seedRandom(seed);
  const { learnt, held } = split(real);
  const model = learnSeries(real, learnt, causes, random);
  const stride = Math.max(1, Math.ceil(learnt.length / RARE_AMONG));
  const some = learnt.filter((_, at) => at % stride === 0);
  const rare = findRareRows(scoreRows(model, real, some));
  const series = new Set(real.series).size;
  const { table: made, redrawn } = generateSeries(model, rows, series, rare, random);
  return { made, report: { ...judgeSeries(model, real, { learnt, held }, made, rare, random), redrawn } };
}

function split({ rows, series }: SeriesTable): { readonly learnt: Uint32Array; readonly held: Uint32Array } {
  const learnt: number[] = [];
  const held: number[] = [];
  let begin = 0;
  for (let row = 0; row < rows; row += 1) {
    if (series[row] !== series[begin]) begin = row;
    const block = Math.floor((row - begin) / BLOCK) + (series[row] ?? 0);
    (block % 2 === 0 ? learnt : held).push(row);
  }
  return { learnt: Uint32Array.from(learnt), held: Uint32Array.from(held) };
}
