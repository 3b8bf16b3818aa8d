/**
 * How many standard deviations out a normal value is that is as rare as one so many spreads from the mean of so few readings:
 * mean and spread of few are not known well, so the next value has Student's distribution with one degree of freedom less
 * than there are readings. Of many it is the spreads themselves.
 *
 * @param spreads from the mean, in standard deviations as they were learnt
 * @param readings that they were learnt from; at least 2
 * @see D. Wallace, "Bounds on normal approximations to Student's and the chi-square distributions" (1959), within 0.5 % here
 */
export function asNormal(spreads: number, readings: number): number {
  const freedom = readings - 1;
  const square = (spreads * spreads) / (1 + 1 / readings);
  return Math.sign(spreads) * shrinkage(freedom) * Math.sqrt(freedom * Math.log1p(square / freedom));
}

/** The spreads that `asNormal` makes a value of. */
export function fromNormal(deviations: number, readings: number): number {
  const freedom = readings - 1;
  const square = freedom * Math.expm1((deviations / shrinkage(freedom)) ** 2 / freedom);
  return Math.sign(deviations) * Math.sqrt(square * (1 + 1 / readings));
}

function shrinkage(freedom: number): number {
  return (8 * freedom + 1) / (8 * freedom + 3);
}
