/**
 * The lower factor L of a symmetric positive definite matrix, A = L Lᵀ.
 *
 * @param matrix `size` × `size`, row after row; not changed
 * @returns L, zero above the diagonal; undefined where the matrix is not positive definite
 * @see Golub and Van Loan, "Matrix computations", section 4.2
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      if (i !== j) lower[i * size + j] = sum / lower[j * size + j]!;
      else if (sum > 0) lower[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/** Solves L y = x in place, so that |y|² is the Mahalanobis distance of x. */
export function forwardSolve(lower: Float64Array, x: Float64Array): void {
  const size = x.length;
  for (let i = 0; i < size; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * size + k]! * x[k]!;
    x[i] = sum / lower[i * size + i]!;
  }
}

/** Solves Lᵀ y = x in place: after `forwardSolve`, y is A⁻¹ x. */
export function backwardSolve(lower: Float64Array, x: Float64Array): void {
  const size = x.length;
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < size; k++) sum -= lower[k * size + i]! * x[k]!;
    x[i] = sum / lower[i * size + i]!;
  }
}

/** Twice the sum of the logarithms of the diagonal: ln det A. */
export function logDeterminant(lower: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.log(lower[i * size + i]!);
  return 2 * sum;
}
