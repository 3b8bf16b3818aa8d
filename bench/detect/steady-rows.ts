import type { Rows } from '#watch/detect/index.ts';

/** Stretches of the learnt rows whose means are compared; a field's slow mean looks back as many rows as one has. */
const STRETCHES = 4;
/** A field wanders where its stretches' means make up more than this share of its variance. */
const WANDERING = 0.5;

/**
 * Rows in which each field that wanders is held against its own slow mean: where a value lies says nothing of a field
 * that is never long at one place, such as a temperature that still rises, and what it does within a while does. Which
 * fields wander is told by the learnt rows alone, and each row by those before it.
 *
 * @param learnt rows at the start that may be learnt, at least one for each stretch
 * @see Fisher, "Statistical methods for research workers" (1925), for the correlation ratio η²
 */
export function steadyRows({ values, width, count }: Rows, learnt: number): Rows {
  const out = values.slice();
  const reach = learnt / STRETCHES;
  for (let field = 0; field < width; field++) {
    if (!(shareOfStretches(values, width, field, learnt) > WANDERING)) continue;
    let slow = 0;
    for (let row = 0; row < count; row++) {
      const value = values[row * width + field]!;
      out[row * width + field] = row === 0 ? 0 : value - slow;
      slow += (value - slow) * Math.max(1 / (row + 1), 1 / reach);
    }
  }
  return { values: out, width, count };
}

/** Rows of the means of each field over the latest few. */
export function meansOver({ values, width, count }: Rows, rows: number): Rows {
  const out = new Float64Array(values.length);
  for (let field = 0; field < width; field++) {
    let sum = 0;
    for (let row = 0; row < count; row++) {
      sum += values[row * width + field]!;
      if (row >= rows) sum -= values[(row - rows) * width + field]!;
      out[row * width + field] = sum / Math.min(rows, row + 1);
    }
  }
  return { values: out, width, count };
}

/** The share of a field's variance that lies between stretches, less what chance gives; 0 for a constant. */
function shareOfStretches(values: Float64Array, width: number, field: number, learnt: number): number {
  const at = (row: number): number => values[row * width + field]!;
  const meanOf = (from: number, to: number): number => {
    let sum = 0;
    for (let row = from; row < to; row++) sum += at(row);
    return sum / (to - from);
  };
  const mean = meanOf(0, learnt);
  let [all, between] = [0, 0];
  for (let row = 0; row < learnt; row++) all += (at(row) - mean) ** 2;
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const [from, to] = [0, 1].map((end) => Math.floor(((stretch + end) * learnt) / STRETCHES)) as [number, number];
    between += (to - from) * (meanOf(from, to) - mean) ** 2;
  }
  return all > 1e-18 * learnt * (1 + mean * mean) ? between / all - (STRETCHES - 1) / (learnt - 1) : 0;
}
