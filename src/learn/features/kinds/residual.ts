import { seriesBySteps } from '../feature.ts';
import type { FeatureKind, FeatureOf } from '../feature.ts';
import { solveNormal } from '../least-squares.ts';

const MOST_FROM = 16;

/** State: rows that were learnt, the weighted normal matrix, and its right side. */
export const residual: FeatureKind<FeatureOf<'residual'>> = {
  columns: [''],
  bounds: { memory: { least: 2, greatest: 1e9, whole: false } },
  fault({ field, from }) {
    if (from.length < 1 || from.length > MOST_FROM)
      return `it is told from ${from.length} fields, 1 to ${MOST_FROM} may be`;
    return new Set([field, ...from]).size <= from.length ? 'a field stands in it twice' : undefined;
  },
  room({ from }) {
    const unknowns = from.length + 1;
    return 1 + unknowns * unknowns + unknowns;
  },
  open({ field, from, memory }, state) {
    const unknowns = from.length + 1;
    const matrix = state.subarray(1, 1 + unknowns * unknowns);
    const right = state.subarray(1 + unknowns * unknowns);
    const input = new Float64Array(unknowns);
    const keep = 1 - 1 / memory;
    return (row, out, at) => {
      const value = row.values[row.at + field]!;
      input[0] = 1;
      for (let i = 1; i < unknowns; i++) input[i] = row.values[row.at + from[i - 1]!]!;
      out[at] = NaN;
      if (Number.isNaN(value) || input.some(Number.isNaN)) return;
      const solved = state[0]! >= unknowns ? solveNormal(matrix, right) : undefined;
      if (solved !== undefined) out[at] = value - dot(solved, input);
      for (let i = 0; i < unknowns; i++) {
        for (let j = 0; j < unknowns; j++) {
          matrix[i * unknowns + j] = keep * matrix[i * unknowns + j]! + input[i]! * input[j]!;
        }
        right[i] = keep * right[i]! + input[i]! * value;
      }
      state[0] = state[0]! + 1;
    };
  },
  series: seriesBySteps(
    (feature) => residual.room(feature),
    (feature, state) => residual.open(feature, state),
  ),
};

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
