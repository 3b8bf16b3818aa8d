import type { PhysicsRule } from '#declare/template/index.ts';

/** A rule of physics over the columns of a row. */
export type CompiledPhysics =
  | {
      readonly kind: 'balance';
      readonly text: string;
      readonly columns: readonly number[];
      readonly coefficients: readonly number[];
      readonly within: number;
      readonly relative: boolean;
    }
  | { readonly kind: 'rate'; readonly text: string; readonly columns: readonly [number]; readonly perSecond: number };

/** Finds the columns of a rule; null where a field of it is none of them. */
export function compilePhysics(rule: PhysicsRule, names: readonly string[]): CompiledPhysics | null {
  const { kind, text } = rule;
  if (kind === 'rate') {
    const column = names.indexOf(rule.field);
    return column === -1 ? null : { kind, text, columns: [column], perSecond: rule.perSecond };
  }
  const columns = rule.terms.map(([field]) => names.indexOf(field));
  if (columns.includes(-1)) return null;
  const coefficients = rule.terms.map(([, coefficient]) => coefficient);
  return { kind, text, columns, coefficients, within: rule.within, relative: rule.relative };
}

/**
 * How many times what a rule allows a row is: at most 1 where it holds. 0 where a value is missing, or nothing came
 * before.
 *
 * @param at where the row begins in `values`
 * @param before the latest value of each column
 * @param seconds since it came
 */
export function judgePhysics(
  rule: CompiledPhysics,
  values: Float64Array,
  at: number,
  before: Float64Array,
  seconds: number,
): number {
  if (rule.kind === 'rate') {
    const [column] = rule.columns;
    const change = Math.abs(values[at + column]! - before[column]!);
    // Two readings of one time may not differ at all; the clock of a device tells milliseconds.
    return finite(change / (rule.perSecond * Math.max(seconds, 1e-3)));
  }
  let [sum, left, right] = [0, 0, 0];
  for (const [i, column] of rule.columns.entries()) {
    const term = rule.coefficients[i]! * values[at + column]!;
    sum += term;
    if (rule.coefficients[i]! > 0) left += Math.abs(term);
    else right += Math.abs(term);
  }
  const most = rule.relative ? rule.within * Math.max(left, right) : rule.within;
  return finite(Math.abs(sum) / Math.max(most, Number.MIN_VALUE));
}

function finite(times: number): number {
  return times !== times ? 0 : Math.min(times, 1e9);
}
