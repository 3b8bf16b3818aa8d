/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations: slow to compare with tridiagonal
 * methods, short, and accurate for small eigenvalues too.
 *
 * @param matrix `size` × `size`, row after row; not changed
 * @returns eigenvalues descending, and eigenvectors as rows in the same order, each with its largest entry positive
 * @see Golub and Van Loan, "Matrix computations", section 8.5
 */
export function symmetricEigen(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  let total = 0;
  for (const entry of a) total += entry * entry;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q]! ** 2;
    if (off <= 1e-24 * total) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }
  return sortedPairs(a, v, size);
}

/** Convergence is quadratic: ten sweeps are enough for any size, and more show an input that is not finite. */
const MOST_SWEEPS = 30;

/** Makes the entry (p, q) zero. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = c * kp - s * kq;
    a[k * size + q] = s * kp + c * kq;
  }
  for (let k = 0; k < size; k++) {
    const [pk, qk] = [a[p * size + k]!, a[q * size + k]!];
    a[p * size + k] = c * pk - s * qk;
    a[q * size + k] = s * pk + c * qk;
    const [vp, vq] = [v[p * size + k]!, v[q * size + k]!];
    v[p * size + k] = c * vp - s * vq;
    v[q * size + k] = s * vp + c * vq;
  }
}

function sortedPairs(a: Float64Array, v: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const order = Int32Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  const values = new Float64Array(size);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const from = order[i]! * size;
    values[i] = a[from + order[i]!]!;
    let largest = 0;
    for (let k = 0; k < size; k++) if (Math.abs(v[from + k]!) > Math.abs(largest)) largest = v[from + k]!;
    for (let k = 0; k < size; k++) vectors[i * size + k] = largest < 0 ? -v[from + k]! : v[from + k]!;
  }
  return { values, vectors };
}
