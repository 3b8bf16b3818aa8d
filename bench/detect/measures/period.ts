/**
 * The length of the period of a series: the lag at which its autocorrelation has the highest of its peaks, as the
 * TSB-AD benchmark takes it for its tolerance.
 *
 * @returns 125 where there is no peak between the lags 6 and 303
 */
export function periodOf(series: Float64Array): number {
  const values = series.subarray(0, 20_000);
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const correlation = new Float64Array(Math.min(401, values.length)).map((_, lag) => {
    let sum = 0;
    for (let i = lag; i < values.length; i++) sum += (values[i]! - mean) * (values[i - lag]! - mean);
    return sum;
  });
  let best = -1;
  for (let lag = 4; lag < correlation.length - 1; lag++) {
    const isPeak = correlation[lag]! > correlation[lag - 1]! && correlation[lag]! > correlation[lag + 1]!;
    if (isPeak && (best < 0 || correlation[lag]! > correlation[best]!)) best = lag;
  }
  return best < 6 || best > 303 ? 125 : best;
}
