import { backwardSolve, cholesky, forwardSolve } from './cholesky.ts';

/**
 * Solves the normal equations of a least-squares fit, A x = b. A trace of its own diagonal is added to A, so that
 * fields that repeat each other have an answer too.
 *
 * @param matrix `size` × `size`, symmetric
 * @returns undefined where even so there is none
 */
export function solveNormal(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const size = right.length;
  const ridged = matrix.slice();
  for (let i = 0; i < size; i++) ridged[i * size + i] = ridged[i * size + i]! * (1 + 1e-9) + Number.MIN_VALUE;
  const lower = cholesky(ridged, size);
  if (lower === undefined) return undefined;
  const x = right.slice();
  forwardSolve(lower, x);
  backwardSolve(lower, x);
  return x.every(Number.isFinite) ? x : undefined;
}
