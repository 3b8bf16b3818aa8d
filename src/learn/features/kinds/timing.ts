import { timeIn, timeOf, valueIn } from '../feature.ts';
import type { FeatureKind, FeatureOf } from '../feature.ts';
import { symbolIn, symbolOf, SYMBOLS } from './categories.ts';
import { PERIOD, SLOTS, slotOf } from './clock.ts';

/** Periods that have to begin before anything is called rare. */
const LEAST_PERIODS = 3;
/** What is taken for granted: half a coming, spread evenly. */
const PRIOR = 0.5;
const MICROS = 1e6;
/** How a coming counts: for its slot, and for each of the two beside it. */
const [OWN_SHARE, SIDE_SHARE] = [0.5, 0.25] as const;
const GREATEST_WEIGHT = 1e100;

/**
 * A category counts once for each slot of each period that it comes in, so that what comes every second and what comes
 * once a day are judged alike. What was counted fades by one part in e in `memory` periods, by the time of the rows.
 *
 * State: periods that began and the number of the latest, the time from which weights count, the table of symbols, and
 * for each symbol where it came last, its sum, and its slots.
 */
export const timing: FeatureKind<FeatureOf<'timing'>> = {
  columns: [''],
  bounds: {
    seconds: PERIOD,
    slots: SLOTS,
    symbols: SYMBOLS,
    memory: { least: 1, greatest: 1e6, whole: false },
  },
  room: ({ slots, symbols }) => OWN + symbols - 1 + symbols * (2 + slots),
  begin({ symbols, slots }, state) {
    state[LATEST] = NaN;
    state[ORIGIN] = NaN;
    state.fill(NaN, OWN, OWN + symbols - 1);
    for (let i = 0; i < symbols; i++) state[OWN + symbols - 1 + i * (2 + slots)] = NaN;
  },
  open(feature, state) {
    const { field, seconds, slots, symbols, memory } = feature;
    const table = state.subarray(OWN, OWN + symbols - 1);
    const counts = state.subarray(OWN + symbols - 1);
    const fading = memory * seconds * MICROS;
    return (row, out, at) => {
      const value = row.values[row.at + field]!;
      const time = timeOf(feature, row);
      out[at] = NaN;
      if (value !== value || time !== time) return;
      const slot = slotOf(time, seconds, slots, 0);
      const period = Math.floor(time / (seconds * MICROS));
      if (period !== state[LATEST]) {
        state[PERIODS] = state[PERIODS]! + 1;
        state[LATEST] = period;
      }
      if (state[ORIGIN] !== state[ORIGIN]) state[ORIGIN] = row.time;
      let weight = Math.exp((row.time - state[ORIGIN]!) / fading);
      if (!(weight < GREATEST_WEIGHT)) {
        for (let s = 0; s < symbols; s++) {
          for (let i = 1; i < 2 + slots; i++) {
            const place = s * (2 + slots) + i;
            counts[place] = counts[place]! / weight;
          }
        }
        state[ORIGIN] = row.time;
        weight = 1;
      }
      const start = symbolOf(table, value) * (2 + slots);
      const sum = counts[start + 1]!;
      const own = start + 2 + slot;
      out[at] = rarity(counts[own]! / weight, sum / weight, slots, state[PERIODS]!);
      if (counts[start] === period * slots + slot) return;
      counts[start] = period * slots + slot;
      counts[start + 1] = sum + weight;
      const [left, right] = [start + 2 + ((slot + slots - 1) % slots), start + 2 + ((slot + 1) % slots)];
      counts[own] = counts[own]! + OWN_SHARE * weight;
      counts[left] = counts[left]! + SIDE_SHARE * weight;
      counts[right] = counts[right]! + SIDE_SHARE * weight;
    };
  },
  series(feature, series, put) {
    const { field, seconds, slots, symbols, memory } = feature;
    const table = new Map<number, number>();
    const comings = Array.from({ length: symbols }, (): { time: number; place: number }[] => []);
    const last = new Map<number, number>();
    let [periods, latest] = [0, NaN];
    for (let i = 0; i < series.rows.length; i++) {
      const value = valueIn(series, i, field);
      const time = timeIn(feature, series, i);
      if (Number.isNaN(value) || Number.isNaN(time)) {
        put(i, 0, NaN);
        continue;
      }
      const now = series.times[series.rows[i]!]!;
      const period = Math.floor(time / (seconds * MICROS));
      if (period !== latest) periods += 1;
      latest = period;
      const symbol = symbolIn(table, value, symbols);
      const place = period * slots + slotOf(time, seconds, slots, 0);
      let [own, sum] = [0, 0];
      for (const coming of comings[symbol]!) {
        const weight = Math.exp((coming.time - now) / (memory * seconds * MICROS));
        const apart = Math.abs(mod(coming.place, slots) - mod(place, slots));
        sum += weight;
        if (apart === 0) own += OWN_SHARE * weight;
        // In a period of two slots each lies on both sides of the other.
        if (apart === 1) own += SIDE_SHARE * weight;
        if (apart === slots - 1) own += SIDE_SHARE * weight;
      }
      put(i, 0, rarity(own, sum, slots, periods));
      if (last.get(symbol) === place) continue;
      last.set(symbol, place);
      comings[symbol]!.push({ time: now, place });
    }
  },
};

const PERIODS = 0;
const LATEST = 1;
const ORIGIN = 2;
const OWN = 3;

function rarity(own: number, sum: number, slots: number, periods: number): number {
  if (periods <= LEAST_PERIODS) return 0;
  return Math.max(0, -Math.log((slots * own + PRIOR) / (sum + PRIOR)));
}

function mod(value: number, of: number): number {
  return ((value % of) + of) % of;
}
