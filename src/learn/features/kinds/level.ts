import { seriesBySteps } from '../feature.ts';
import type { FeatureKind, FeatureOf } from '../feature.ts';
import { learnBaseline } from '../robust-baseline.ts';
import type { BaselineState } from '../robust-baseline.ts';

const MEMORY = { least: 16, greatest: 1e9, whole: true } as const;

export const level = follower(({ centre }) => centre[0]!);
export const noise = follower(({ spread }) => spread[0]!);

/** State: centre, spread, count. */
function follower(tell: (state: BaselineState) => number): FeatureKind<FeatureOf<'level' | 'noise'>> {
  const room = (): number => 3;
  const open: FeatureKind<FeatureOf<'level' | 'noise'>>['open'] = ({ field, memory }, state) => {
    const baseline = viewOf(state);
    return (row, out, at) => {
      learnBaseline(baseline, row.values, row.at + field, memory);
      out[at] = baseline.counts[0] === 0 ? NaN : tell(baseline);
    };
  };
  return { columns: [''], bounds: { memory: MEMORY }, room, open, series: seriesBySteps(room, open) };
}

/**
 * State: those of the baseline, whose spread is the scale of its steps, and the estimate.
 *
 * @see Tierney, "A space-efficient recursive procedure for estimating a quantile of an unknown distribution" (1983)
 */
export const quantile: FeatureKind<FeatureOf<'quantile'>> = {
  columns: [''],
  bounds: { memory: MEMORY, q: { least: 0.001, greatest: 0.999, whole: false } },
  room: () => 4,
  open({ field, memory, q }, state) {
    const baseline = viewOf(state);
    // One over the density there, about as the normal distribution has it.
    const wide = 2.5 / (4 * q * (1 - q));
    return (row, out, at) => {
      const value = row.values[row.at + field]!;
      learnBaseline(baseline, row.values, row.at + field, memory);
      const seen = baseline.counts[0]!;
      if (value === value) {
        const gain = (wide * baseline.spread[0]!) / Math.min(seen, memory);
        state[3] = seen === 1 ? value : state[3]! + gain * (value < state[3]! ? q - 1 : q);
      }
      out[at] = seen === 0 ? NaN : state[3]!;
    };
  },
  series: seriesBySteps(
    () => 4,
    (feature, state) => quantile.open(feature, state),
  ),
};

function viewOf(state: Float64Array): BaselineState {
  return { centre: state.subarray(0, 1), spread: state.subarray(1, 2), counts: state.subarray(2, 3) };
}
