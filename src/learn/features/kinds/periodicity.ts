import { timeIn, timeOf } from '../feature.ts';
import type { FeatureKind, FeatureOf } from '../feature.ts';

/** Half repetitions of a period within the times that are looked at: the fewest that count. */
const LEAST_HALVES = 8;
/** A longer period that fits nearly as well counts for more. */
const AS_GOOD = 0.6;
const MICROS = 1e6;

/** State: how many times came, and those since it was told last. */
export const periodicity: FeatureKind<FeatureOf<'periodicity'>> = {
  columns: ['', '_period'],
  bounds: { events: { least: 32, greatest: 1024, whole: true } },
  room: ({ events }) => 1 + events,
  open(feature, state) {
    const { events } = feature;
    const times = state.subarray(1);
    return (row, out, at) => {
      out[at] = NaN;
      out[at + 1] = NaN;
      const time = timeOf(feature, row);
      if (time !== time) return;
      times[state[0]!] = time;
      state[0] = state[0]! + 1;
      if (state[0] < events) return;
      state[0] = 0;
      [out[at], out[at + 1]] = findPeriod(times);
    };
  },
  series(feature, series, put) {
    const past: number[] = [];
    for (let i = 0; i < series.rows.length; i++) {
      const time = timeIn(feature, series, i);
      if (Number.isNaN(time)) continue;
      past.push(time);
      if (past.length % feature.events !== 0) continue;
      const [strength, period] = findPeriod(Float64Array.from(past.slice(-feature.events)));
      put(i, 0, strength);
      put(i, 1, period);
    }
  },
};

/**
 * The period with which times repeat most strongly. Of times that come at random the power at a frequency is
 * exponentially distributed with mean 1 once what their number alone gives is taken off; the greatest of M is that much
 * greater, ln M. So the strength is about −ln of the chance.
 *
 * @param times epoch microseconds, in any order
 * @returns strength, and the period in seconds; 0 and NaN where all times are one
 * @see Lewis, "Some results on tests for Poisson processes" (1965)
 */
export function findPeriod(times: Float64Array): readonly [strength: number, period: number] {
  const count = times.length;
  let [first, last] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const span = last - first;
  if (!(span > 0)) return [0, NaN];
  const most = 2 * count;
  const real = new Float64Array(most + 1);
  const imaginary = new Float64Array(most + 1);
  for (const time of times) {
    // A turn for each half repetition in the span; the next frequency is one turn further.
    const turn = (Math.PI * (time - first)) / span;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    let x = Math.cos(LEAST_HALVES * turn);
    let y = Math.sin(LEAST_HALVES * turn);
    for (let k = LEAST_HALVES; k <= most; k++) {
      real[k] = real[k]! + x;
      imaginary[k] = imaginary[k]! + y;
      const next = x * cos - y * sin;
      y = y * cos + x * sin;
      x = next;
    }
  }
  const powers = real.map((x, k) => {
    // What so many times spread evenly give: nothing where the span holds whole repetitions.
    const even = k % 2 === 0 ? 0 : (2 * count) / (Math.PI * k);
    return k < LEAST_HALVES ? 0 : (x ** 2 + (imaginary[k]! - even) ** 2) / count;
  });
  const greatest = powers.reduce((a, b) => Math.max(a, b), 0);
  // Half the period, a third of it … fit as well: the longest is the one that is meant.
  const at = powers.findIndex((power, k) => k >= LEAST_HALVES && power >= AS_GOOD * greatest);
  const strength = greatest - Math.log(most + 1 - LEAST_HALVES);
  return [Math.max(0, strength), (2 * span) / at / MICROS];
}
