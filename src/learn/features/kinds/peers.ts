import type { FeatureKind, FeatureOf, Taker } from '../feature.ts';
import { valueIn } from '../feature.ts';
import type { PeerView } from '../peer-slots.ts';

type Peers = FeatureOf<'peers'>;

/** Positions beyond this say no more. */
const FARTHEST = 1_000;

/** Where a value stands among those of the other devices of its group: how far, above how many of them, and of how many. */
export const peers: FeatureKind<Peers> = {
  columns: ['', '.below', '.others'],
  bounds: { seconds: { least: 1, greatest: 86_400, whole: false } },
  // What it needs is the group's, not the device's.
  room: () => 0,
  open: (feature): Taker => {
    return (row, out, at) => {
      const stands = stand(feature, row.peers ?? null, row.time, row.values[row.at + feature.field]!);
      for (let i = 0; i < stands.length; i++) out[at + i] = stands[i]!;
    };
  },
  series: (feature, series, put) => {
    for (let i = 0; i < series.rows.length; i++) {
      const time = series.times[series.rows[i]!]!;
      for (const [column, value] of stand(
        feature,
        series.peers ?? null,
        time,
        valueIn(series, i, feature.field),
      ).entries())
        put(i, column, value);
    }
  },
};

function stand(feature: Peers, view: PeerView | null, time: number, value: number): readonly [number, number, number] {
  const found = view?.at(feature, time, value) ?? null;
  if (found === null) return [NaN, NaN, NaN];
  return [Math.min(FARTHEST, Math.max(-FARTHEST, found.position)), found.below, found.others];
}
