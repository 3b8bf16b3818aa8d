import { timeIn, timeOf } from '../feature.ts';
import type { FeatureKind, FeatureOf } from '../feature.ts';

const MICROS = 1e6;
/** Slots that a period is cut into at most: the minutes of an hour, the hours of two days. */
export const MOST_SLOTS = 64;
export const PERIOD = { least: 1e-6, greatest: 1e9, whole: false } as const;
export const SLOTS = { least: 2, greatest: MOST_SLOTS, whole: true } as const;

/** Where in a period a time lies, as an angle. */
export function phaseOf(time: number, seconds: number): number {
  const period = seconds * MICROS;
  return (2 * Math.PI * (time - Math.floor(time / period) * period)) / period;
}

/** Which of the slots of a period a time lies in. */
export function slotOf(time: number, seconds: number, slots: number, offset: number): number {
  const period = seconds * MICROS;
  const from = time - offset * MICROS;
  const share = (from - Math.floor(from / period) * period) / period;
  return Math.min(slots - 1, Math.floor(share * slots));
}

export const phase: FeatureKind<FeatureOf<'phase'>> = {
  columns: ['_sin', '_cos'],
  bounds: { seconds: PERIOD },
  room: () => 0,
  open: (feature) => (row, out, at) => {
    const angle = phaseOf(timeOf(feature, row), feature.seconds);
    out[at] = Math.sin(angle);
    out[at + 1] = Math.cos(angle);
  },
  series(feature, series, put) {
    for (let i = 0; i < series.rows.length; i++) {
      const angle = phaseOf(timeIn(feature, series, i), feature.seconds);
      put(i, 0, Math.sin(angle));
      put(i, 1, Math.cos(angle));
    }
  },
};

export const slot: FeatureKind<FeatureOf<'slot'>> = {
  columns: [''],
  bounds: { seconds: PERIOD, slots: SLOTS, offset: { least: -1e9, greatest: 1e9, whole: false } },
  room: () => 0,
  open: (feature) => (row, out, at) => {
    out[at] = slotOf(timeOf(feature, row), feature.seconds, feature.slots, feature.offset);
  },
  series(feature, series, put) {
    const { seconds, slots, offset } = feature;
    for (let i = 0; i < series.rows.length; i++) put(i, 0, slotOf(timeIn(feature, series, i), seconds, slots, offset));
  },
};
