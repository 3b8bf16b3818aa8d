import { valueIn } from '../feature.ts';
import type { FeatureKind, FeatureOf } from '../feature.ts';

/** The most rows that a window holds: memory is stated. */
const MOST_ROWS = 4096;
const MICROS = 1e6;

export const value: FeatureKind<FeatureOf<'value'>> = {
  columns: [''],
  bounds: {},
  room: () => 0,
  open:
    ({ field }) =>
    (row, out, at) => {
      out[at] = row.values[row.at + field]!;
    },
  series({ field }, series, put) {
    for (let i = 0; i < series.rows.length; i++) put(i, 0, valueIn(series, i, field));
  },
};

/** State: the time and the value of the last row that had one. */
export const rate: FeatureKind<FeatureOf<'rate'>> = {
  columns: [''],
  bounds: {},
  room: () => 2,
  begin: (_, state) => state.fill(NaN),
  open:
    ({ field }, state) =>
    (row, out, at) => {
      const now = row.values[row.at + field]!;
      out[at] = (now - state[1]!) / ((row.time - state[0]!) / MICROS);
      if (now !== now) return;
      state[0] = row.time;
      state[1] = now;
    },
  series({ field }, series, put) {
    const { rows, times } = series;
    let before = -1;
    for (let i = 0; i < rows.length; i++) {
      const now = valueIn(series, i, field);
      const seconds = before < 0 ? NaN : (times[rows[i]!]! - times[rows[before]!]!) / MICROS;
      put(i, 0, before < 0 ? NaN : (now - valueIn(series, before, field)) / seconds);
      if (!Number.isNaN(now)) before = i;
    }
  },
};

/** State: the time of the row before. */
export const gap: FeatureKind<FeatureOf<'gap'>> = {
  columns: [''],
  bounds: {},
  room: () => 1,
  begin: (_, state) => state.fill(NaN),
  open: (_, state) => (row, out, at) => {
    out[at] = (row.time - state[0]!) / MICROS;
    state[0] = row.time;
  },
  series(_, { rows, times }, put) {
    for (let i = 0; i < rows.length; i++) put(i, 0, i === 0 ? NaN : (times[rows[i]!]! - times[rows[i - 1]!]!) / MICROS);
  },
};

/** State: how many came, and a ring of the latest times. */
export const arrivals: FeatureKind<FeatureOf<'arrivals'>> = {
  columns: [''],
  bounds: {
    seconds: { least: 1e-6, greatest: 1e9, whole: false },
    most: { least: 1, greatest: MOST_ROWS, whole: true },
  },
  room: ({ most }) => 1 + most,
  open:
    ({ seconds, most }, state) =>
    (row, out, at) => {
      const came = state[0]!;
      state[1 + (came % most)] = row.time;
      state[0] = came + 1;
      const from = row.time - seconds * MICROS;
      let count = 0;
      for (let i = came; i >= 0 && i > came - most && state[1 + (i % most)]! > from; i--) count++;
      out[at] = count;
    },
  series({ seconds, most }, { rows, times }, put) {
    let first = 0;
    for (let i = 0; i < rows.length; i++) {
      while (!(times[rows[first]!]! > times[rows[i]!]! - seconds * MICROS)) first += 1;
      put(i, 0, Math.min(most, i + 1 - first));
    }
  },
};
