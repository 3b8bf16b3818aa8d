import type { Rows } from '../rows.ts';

/** The mean of each field over the chosen rows, or all. */
export function meanOf({ values, width, count }: Rows, chosen?: Int32Array): Float64Array {
  const mean = new Float64Array(width);
  const n = chosen?.length ?? count;
  for (let i = 0; i < n; i++) {
    const at = (chosen === undefined ? i : chosen[i]!) * width;
    for (let field = 0; field < width; field++) mean[field] = mean[field]! + values[at + field]! / n;
  }
  return mean;
}

/** The covariance matrix over the chosen rows, or all, about the given mean; divided by their number. */
export function covarianceOf({ values, width, count }: Rows, mean: Float64Array, chosen?: Int32Array): Float64Array {
  const matrix = new Float64Array(width * width);
  const centred = new Float64Array(width);
  const n = chosen?.length ?? count;
  for (let i = 0; i < n; i++) {
    const at = (chosen === undefined ? i : chosen[i]!) * width;
    for (let field = 0; field < width; field++) centred[field] = values[at + field]! - mean[field]!;
    for (let row = 0; row < width; row++) {
      const factor = centred[row]! / n;
      if (factor === 0) continue;
      const base = row * width;
      for (let column = 0; column <= row; column++)
        matrix[base + column] = matrix[base + column]! + factor * centred[column]!;
    }
  }
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < row; column++) matrix[column * width + row] = matrix[row * width + column]!;
  }
  return matrix;
}
