import { nextNormal, nextUniform } from '#learn/features/index.ts';
import type { RandomState } from '#learn/features/index.ts';
import { scoreOf, valueOf } from './marginal.ts';
import { shiftedScore } from './label-shift.ts';
import type { RareRows } from './rare-rows.ts';
import { hourOf, HOURS, LAGS, times } from './series-model.ts';
import type { SeriesModel } from './series-model.ts';
import type { SeriesTable } from './series-table.ts';
import { dealTraits } from './traits.ts';

/** A row that comes too near to a rare one is drawn again, at most so often, and then left out. */
const TRIES = 8;

export interface Generated {
  readonly table: SeriesTable;
  /** Rows that came too near to a rare one and were drawn again or left out. */
  readonly redrawn: number;
}

/**
 * Makes series out of a model.
 *
 * @param series how many; each gets the same number of rows
 * @param rare rows that nothing may come near to
 */
export function generateSeries(
  model: SeriesModel,
  rows: number,
  series: number,
  rare: RareRows,
  random: RandomState,
): Generated {
  const width = model.names.length;
  const columns = model.names.map((name, i) => ({
    name,
    labels: model.marginals[i]!.labels,
    whole: model.marginals[i]!.whole,
    values: new Float64Array(rows),
  }));
  const [whose, time] = [new Uint32Array(rows), new Float64Array(rows)];
  const each = Math.max(1, Math.ceil(rows / Math.max(1, series)));
  const scores = new Float64Array(width);
  const values = new Float64Array(width);
  const drawn = new Float64Array(width);
  const isCause = model.names.map((_, i) => model.causes.some(({ cause }) => cause === i));
  const shown = new Float64Array(width);
  const nextTraits = dealTraits(model.traits, random);
  let redrawn = 0;
  let at = 0;
  for (let one = 0; at < rows; one += 1) {
    let state: Float64Array = new Float64Array(width);
    let now = model.begin + Math.floor(nextUniform(random) * 3_600_000_000);
    const since = model.causes.map(() => Infinity);
    const traits = nextTraits();
    for (let n = 0; n < each && at < rows; n += 1) {
      now += Math.max(1, valueOf(model.gaps, nextNormal(random)));
      const base = times(model.step, state, width);
      const hour = hourOf(now);
      for (let tries = 0; ; tries += 1) {
        state = shocked(base, model.shock, width, random);
        for (let i = 0; i < width; i += 1) drawn[i] = (state[i]! + model.season[i * HOURS + hour]!) / model.scale[i]!;
        place(model, values, drawn, { traits, since, random });
        for (let i = 0; i < width; i += 1) {
          // A cause that is not shown would leave its effect without one.
          const missing = isCause[i] === true ? 0 : model.marginals[i]!.missing;
          if (nextUniform(random) < missing) shown[i] = NaN;
          else shown[i] = values[i]!;
          // As whoever looks for the row would score it.
          scores[i] = Number.isNaN(shown[i]!) ? 0 : scoreOf(model.marginals[i]!, shown[i]!, 0.5);
        }
        if (!rare.isNear(scores)) break;
        redrawn += 1;
        // Far from everything that is rare: the middle of all.
        if (tries === TRIES) {
          place(model, values, drawn.fill(0), { traits, since, random });
          shown.set(values);
          break;
        }
      }
      for (const [i, { cause }] of model.causes.entries()) since[i] = values[cause] === 1 ? 0 : since[i]! + 1;
      whose[at] = one;
      time[at] = now;
      for (let i = 0; i < width; i += 1) columns[i]!.values[at] = shown[i]!;
      at += 1;
    }
  }
  return { table: { rows, series: whose, time, columns }, redrawn };
}

function shocked(base: Float64Array, shock: Float64Array, width: number, random: RandomState): Float64Array {
  const drawn = Float64Array.from({ length: width }, () => nextNormal(random));
  const out = base.slice();
  for (let i = 0; i < width; i += 1) for (let j = 0; j <= i; j += 1) out[i]! += shock[i * width + j]! * drawn[j]!;
  return out;
}

/** What scores stand for: labels first, for numbers go with them. */
function place(
  model: SeriesModel,
  values: Float64Array,
  scores: Float64Array,
  of: { readonly traits: Float64Array; readonly since: readonly number[]; readonly random: RandomState },
): void {
  const { marginals, shifts } = model;
  for (const [i, marginal] of marginals.entries())
    if (marginal.labels !== null) values[i] = valueOf(marginal, scores[i]!);
  for (const [at, i] of model.traits.columns.entries()) values[i] = of.traits[at]!;
  keepOrder(model, values, of.since, of.random);
  for (const [i, marginal] of marginals.entries())
    if (marginal.labels === null) values[i] = valueOf(marginal, shiftedScore(shifts[i]!, scores[i]!, values));
}

/** An effect is as likely as it was so long after its cause, and never there before. */
function keepOrder(model: SeriesModel, values: Float64Array, since: readonly number[], random: RandomState): void {
  for (const [i, { cause, effect, chance }] of model.causes.entries()) {
    const lag = values[cause] === 1 ? 0 : since[i]! + 1;
    const likely = lag === Infinity ? 0 : chance[Math.min(LAGS - 1, lag)]!;
    values[effect] = nextUniform(random) < likely ? 1 : 0;
  }
}
