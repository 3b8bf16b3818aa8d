import { decodeState, encodeState, nextNormal, seedRandom } from '#learn/features/index.ts';
import type { DetectorKind, IncrementalDetector } from '../detector.ts';
import { rowsOf } from '../rows.ts';

const BLOCK = 50;

/** For tests only: how often and where a chart is tried. */
export interface RunLengthTrial {
  /** Its score is beyond this at the end of a run. */
  readonly limit: number;
  /** In standard deviations; 0 is in control. */
  readonly shift: number;
  readonly runs: number;
  /** What of its state starts anew with each run. */
  readonly anew: Readonly<Record<string, Float64Array>>;
  readonly stateVersion: number;
}

/** Mean run length until the score of a chart first exceeds the limit, on normal values about `shift`. */
export function runLength(
  chart: DetectorKind<IncrementalDetector>,
  { limit, shift, runs, anew, stateVersion }: RunLengthTrial,
): number {
  const random = seedRandom(1);
  const normal = (count: number, about = 0) =>
    rowsOf(
      Float64Array.from({ length: count }, () => about + nextNormal(random)),
      1,
    );
  const learnt = chart.create(1, { memory: 1e9 });
  learnt.learn(normal(50_000));
  const entries = Object.fromEntries(decodeState(learnt.snapshot(), chart.name, stateVersion));
  const settled = encodeState(chart.name, stateVersion, { ...entries, ...anew });
  const scores = new Float64Array(BLOCK);
  let total = 0;
  for (let run = 0; run < runs; run++) {
    const detector = chart.restore(settled);
    for (let found = -1; found < 0;) {
      detector.step(normal(BLOCK, shift), scores);
      found = scores.findIndex((score) => score > limit);
      total += found < 0 ? BLOCK : found + 1;
    }
  }
  return total / runs;
}
