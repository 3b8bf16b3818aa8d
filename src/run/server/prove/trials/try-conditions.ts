import type { ConditionTrial } from '#assure/controls/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { readingsOf, TrialRun } from './trial-run.ts';
import type { TrialParts, TrialReading } from './trial-run.ts';

const [READINGS, TURN, AFTER] = [1_200, 100, 5];
/** Of a machine that stands, and one that runs. */
const LOADS = { stands: 5, runs: 80 } as const;
type Mode = keyof typeof LOADS;

/**
 * Is a machine that runs and stands in turns, then shows the load of running while it runs, and while it stands.
 *
 * @param said what it says that it does; null says nothing
 */
export async function tryConditions(
  parts: TrialParts,
  said: (mode: Mode) => string | null = (mode) => mode,
): Promise<ConditionTrial> {
  const run = await TrialRun.begin(parts);
  if (run === null) return { watched: false, inside: 0, outside: 0 };
  const random = seedRandom(1);
  const reading = (mode: Mode, load: number): TrialReading['fields'] => ({
    level: load + nextNormal(random),
    mode: said(mode),
  });
  const turn = (i: number): Mode => (Math.floor(i / TURN) % 2 === 0 ? 'stands' : 'runs');
  await run.send(readingsOf(READINGS, (i) => reading(turn(i), LOADS[turn(i)])));
  const count = async (): Promise<number> => (await run.toldBy('robust-z')).length;
  const usual = await count();
  await run.send(readingsOf(AFTER, () => reading('runs', LOADS.runs)));
  const inside = (await count()) - usual;
  await run.send(readingsOf(AFTER, () => reading('stands', LOADS.runs)));
  return { watched: true, inside: usual + inside, outside: (await count()) - usual - inside };
}
