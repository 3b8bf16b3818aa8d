/**
 * One of several small autoencoders that share arrays: `visible` inputs, `hidden` units between, the same weights both
 * ways, logistic units. Inputs are meant to lie within 0 and 1.
 */
export interface AutoencoderShape {
  readonly visible: number;
  readonly hidden: number;
  /** Where its weights start, `visible` × `hidden` of them, input after input. */
  readonly weightsAt: number;
  /** Where its biases start: `hidden` of them, then `visible`. */
  readonly biasesAt: number;
}

/** Room for what a pass computes, as long as the widest layer. */
export interface AutoencoderScratch {
  readonly hidden: Float64Array;
  readonly output: Float64Array;
  readonly delta: Float64Array;
}

export function scratchFor(widest: number): AutoencoderScratch {
  return { hidden: new Float64Array(widest), output: new Float64Array(widest), delta: new Float64Array(widest) };
}

/**
 * Puts an input through and back.
 *
 * @param input starts at 0
 * @returns the root mean square of what was not reproduced
 */
export function reconstruct(
  { visible, hidden, weightsAt, biasesAt }: AutoencoderShape,
  weights: Float64Array,
  biases: Float64Array,
  input: Float64Array,
  scratch: AutoencoderScratch,
): number {
  const { hidden: units, output } = scratch;
  for (let j = 0; j < hidden; j++) units[j] = biases[biasesAt + j]!;
  for (let i = 0; i < visible; i++) {
    const value = input[i]!;
    const base = weightsAt + i * hidden;
    for (let j = 0; j < hidden; j++) units[j] = units[j]! + value * weights[base + j]!;
  }
  for (let j = 0; j < hidden; j++) units[j] = logistic(units[j]!);
  let error = 0;
  for (let i = 0; i < visible; i++) {
    let sum = biases[biasesAt + hidden + i]!;
    const base = weightsAt + i * hidden;
    for (let j = 0; j < hidden; j++) sum += units[j]! * weights[base + j]!;
    const reproduced = logistic(sum);
    output[i] = reproduced;
    error += (input[i]! - reproduced) * (input[i]! - reproduced);
  }
  return Math.sqrt(error / visible);
}

/**
 * One step of stochastic gradient descent on the cross entropy, after `reconstruct` of the same input.
 *
 * @see Vincent et al., "Extracting and composing robust features with denoising autoencoders" (2008), tied weights
 */
export function descend(
  { visible, hidden, weightsAt, biasesAt }: AutoencoderShape,
  weights: Float64Array,
  biases: Float64Array,
  input: Float64Array,
  { hidden: units, output, delta }: AutoencoderScratch,
  rate: number,
): void {
  for (let j = 0; j < hidden; j++) delta[j] = 0;
  for (let i = 0; i < visible; i++) {
    const error = input[i]! - output[i]!;
    output[i] = error;
    const base = weightsAt + i * hidden;
    for (let j = 0; j < hidden; j++) delta[j] = delta[j]! + error * weights[base + j]!;
  }
  for (let j = 0; j < hidden; j++) {
    delta[j] = rate * delta[j]! * units[j]! * (1 - units[j]!);
    biases[biasesAt + j] = biases[biasesAt + j]! + delta[j]!;
  }
  for (let i = 0; i < visible; i++) {
    const error = rate * output[i]!;
    const value = input[i]!;
    const base = weightsAt + i * hidden;
    for (let j = 0; j < hidden; j++) weights[base + j] = weights[base + j]! + value * delta[j]! + error * units[j]!;
    biases[biasesAt + hidden + i] = biases[biasesAt + hidden + i]! + error;
  }
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
