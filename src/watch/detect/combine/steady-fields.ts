import type { Rows } from '../rows.ts';

/** Stretches of the learnt rows whose means are compared. */
const STRETCHES = 4;
/** A field wanders where its stretches' means make up more than this share of its variance. */
const WANDERING = 0.5;
/** Rows that a slow mean looks back: where a field that wanders was long ago tells nothing of where it should be. */
const REACH = 10;

/** Which fields wander, and the slow mean of each. */
export type SteadyState = {
  /** 1 for a field that wanders. */
  readonly wandering: Uint8Array;
  readonly slow: Float64Array;
  /** Values of each field that its slow mean has followed. */
  readonly counts: Float64Array;
};

export function beginSteady(width: number): SteadyState {
  return { wandering: new Uint8Array(width), slow: new Float64Array(width), counts: new Float64Array(width) };
}

/**
 * Tells which fields wander: where a value lies says nothing of a field that is never long at one place, such as a
 * temperature that still rises, and what it does within a while does.
 *
 * @param learnt rows at the start that tell it, at least one for each stretch
 * @see Fisher, "Statistical methods for research workers" (1925), for the correlation ratio η²
 */
export function tellWandering({ wandering }: SteadyState, rows: Rows, learnt: number): void {
  for (let field = 0; field < rows.width; field++) {
    wandering[field] = shareOfStretches(rows, field, learnt) > WANDERING ? 1 : 0;
  }
}

/** Puts a row into `into` in which each field that wanders is held against its slow mean; changes nothing else. */
export function holdSteady({ wandering, slow, counts }: SteadyState, row: Float64Array, into: Float64Array): void {
  for (let field = 0; field < row.length; field++) {
    const value = row[field]!;
    into[field] = wandering[field] === 0 ? value : counts[field] === 0 ? value * 0 : value - slow[field]!;
  }
}

/** Takes a row into the slow means. */
export function followSlowly({ slow, counts }: SteadyState, row: Float64Array): void {
  for (let field = 0; field < row.length; field++) {
    const value = row[field]!;
    if (value !== value) continue;
    const count = counts[field]! + 1;
    counts[field] = count;
    slow[field] = slow[field]! + (value - slow[field]!) * Math.max(1 / count, 1 / REACH);
  }
}

/** The share of a field's variance that lies between stretches, less what chance gives; 0 for a constant. */
function shareOfStretches({ values, width }: Rows, field: number, learnt: number): number {
  const sumsOf = (from: number, to: number): { readonly count: number; readonly mean: number } => {
    let [count, sum] = [0, 0];
    for (let row = from; row < to; row++) {
      const value = values[row * width + field]!;
      if (value !== value) continue;
      count += 1;
      sum += value;
    }
    return { count, mean: count === 0 ? 0 : sum / count };
  };
  const { count, mean } = sumsOf(0, learnt);
  let [all, between] = [0, 0];
  for (let row = 0; row < learnt; row++) {
    const value = values[row * width + field]!;
    if (value === value) all += (value - mean) ** 2;
  }
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const [from, to] = [0, 1].map((end) => Math.floor(((stretch + end) * learnt) / STRETCHES)) as [number, number];
    const own = sumsOf(from, to);
    between += own.count * (own.mean - mean) ** 2;
  }
  return all > 1e-18 * count * (1 + mean * mean) ? between / all - (STRETCHES - 1) / (count - 1) : 0;
}
