/**
 * What answers have told of one person at most, as Rényi divergences of some orders: losses of one after another add up
 * order by order, and any of them converts to (ε, δ).
 *
 * @see I. Mironov, Rényi Differential Privacy, 2017
 */
export type PrivacyLoss = Float64Array;

/** The orders at which losses are kept, dense where small losses convert best. */
export const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => i + 11),
  128,
  256,
  512,
  1024,
];

const curve = (at: (order: number) => number): PrivacyLoss => Float64Array.from(ORDERS, at);

export const NO_LOSS: PrivacyLoss = curve(() => 0);

/** The loss of one after the other. */
export function addLosses(one: PrivacyLoss, other: PrivacyLoss): PrivacyLoss {
  return one.map((loss, i) => loss + (other[i] ?? Infinity));
}

/** The same, `times` times over. */
export function repeatLoss(loss: PrivacyLoss, times: number): PrivacyLoss {
  return loss.map((one) => one * times);
}

/** @param multiplier standard deviation of the noise over what one person can change (L2) */
export function gaussianLoss(multiplier: number): PrivacyLoss {
  const rho = 1 / (2 * multiplier * multiplier);
  return curve((order) => order * rho);
}

/** @param multiplier scale of the noise over what one person can change (L1) @see Mironov 2017, proposition 6 */
export function laplaceLoss(multiplier: number): PrivacyLoss {
  const step = 1 / multiplier;
  return curve((order) => {
    const up = Math.log(order / (2 * order - 1)) + (order - 1) * step;
    const down = Math.log((order - 1) / (2 * order - 1)) - order * step;
    return Math.min(step, logAdd(up, down) / (order - 1));
  });
}

/**
 * The loss of Gaussian noise over a sample into which each person comes with a probability, for himself.
 *
 * @param rate that probability, 0 to 1
 * @see I. Mironov, K. Talwar, L. Zhang, Rényi Differential Privacy of the Sampled Gaussian Mechanism, 2019, section 3.3
 */
export function sampledGaussianLoss(multiplier: number, rate: number): PrivacyLoss {
  if (rate === 0) return NO_LOSS;
  if (rate === 1) return gaussianLoss(multiplier);
  return curve((order) => {
    const log = Number.isInteger(order) ? wholeOrder(multiplier, rate, order) : brokenOrder(multiplier, rate, order);
    return log / (order - 1);
  });
}

/**
 * The least ε that losses amount to with a δ.
 *
 * @param delta above 0, below 1
 * @see Canonne, Kamath, Steinke 2020, proposition 12
 */
export function epsilonOf(loss: PrivacyLoss, delta: number): number {
  const epsilons = ORDERS.map((order, i) => {
    const divergence = loss[i] ?? Infinity;
    // So little was told that no event is likelier by more than δ: Bretagnolle and Huber's bound.
    if (-Math.expm1(-divergence) < delta * delta) return 0;
    return divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
  });
  return Math.max(0, Math.min(...epsilons));
}

function wholeOrder(multiplier: number, rate: number, order: number): number {
  let sum = -Infinity;
  let binomial = 0;
  for (let k = 0; k <= order; k += 1) {
    const term = binomial + k * Math.log(rate) + (order - k) * Math.log1p(-rate);
    sum = logAdd(sum, term + (k * k - k) / (2 * multiplier * multiplier));
    binomial += Math.log(order - k) - Math.log(k + 1);
  }
  return sum;
}

/** Two series, of which the terms get alternating signs beyond the order; they are summed until nothing is added. */
function brokenOrder(multiplier: number, rate: number, order: number): number {
  const middle = multiplier * multiplier * Math.log(1 / rate - 1) + 0.5;
  const root = Math.SQRT2 * multiplier;
  const variance2 = 2 * multiplier * multiplier;
  let [sum0, sum1] = [-Infinity, -Infinity];
  let logSize = 0;
  let sign = 1;
  for (let i = 0; ; i += 1) {
    const j = order - i;
    const [logP, logQ] = [Math.log(rate), Math.log1p(-rate)];
    const s0 = logSize + i * logP + j * logQ + Math.log(0.5) + logErfc((i - middle) / root) + (i * i - i) / variance2;
    const s1 = logSize + j * logP + i * logQ + Math.log(0.5) + logErfc((middle - j) / root) + (j * j - j) / variance2;
    [sum0, sum1] = sign > 0 ? [logAdd(sum0, s0), logAdd(sum1, s1)] : [logSubtract(sum0, s0), logSubtract(sum1, s1)];
    if (Math.max(s0, s1) < -30) return logAdd(sum0, sum1);
    // The next binomial coefficient of an order that is no whole number: its sign turns where order - i does.
    logSize += Math.log(Math.abs(order - i)) - Math.log(i + 1);
    if (order - i < 0) sign = -sign;
  }
}

function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/** log(exp(a) - exp(b)); what rounding leaves below nothing is nothing. */
function logSubtract(a: number, b: number): number {
  if (b === -Infinity) return a;
  return a <= b ? -Infinity : a + Math.log1p(-Math.exp(b - a));
}

/** log(erfc(x)): by its series near zero, by its continued fraction beyond, where erfc itself would be nothing. */
function logErfc(x: number): number {
  if (x < 0) return Math.log(2 - Math.exp(logErfc(-x)));
  return x < 2 ? Math.log(1 - erfSeries(x)) : -x * x - Math.log(Math.sqrt(Math.PI)) + Math.log(erfcFraction(x));
}

/** @see NIST DLMF 7.6.2 */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** √π exp(x²) erfc(x) by Lentz's method. @see NIST DLMF 7.9.1 */
function erfcFraction(x: number): number {
  // 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), from the inside out; the depth is ample from x = 2 on.
  let value = x;
  for (let n = 200; n >= 1; n -= 1) value = x + n / 2 / value;
  return 1 / value;
}
