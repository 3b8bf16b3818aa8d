import type { KindsTrial } from '#assure/controls/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { DEARER_DETECTORS } from '#watch/detect/index.ts';
import { readingsOf, TrialRun } from './trial-run.ts';
import type { TrialParts, TrialReading } from './trial-run.ts';

const [USUAL, BETWEEN, ODD] = [1_200, 20, 40];
/** Few enough that a busy machine does not lag behind them: else nothing goes up to dearer detectors. */
const AT_ONCE = 200;
const WILD = 90;
const MOST_TRIES = 5;

/**
 * Is a device whose fields go together, and then one with a wild value, one whose fields no longer go together although
 * each is as it always is, and one that breaks a rule of physics; and looks which detectors tell each.
 */
export async function tryKinds(parts: TrialParts): Promise<KindsTrial> {
  const run = await TrialRun.begin(parts);
  if (run === null) return { watched: false, quiet: false, statistics: null, learnt: null, ensemble: null, rule: null };
  const random = seedRandom(42);
  const sound = (): TrialReading['fields'] => {
    const inflow = 10 + nextNormal(random);
    return { level: 50 + nextNormal(random), inflow, outflow: inflow * (1 + 0.004 * nextNormal(random)) };
  };
  const dearer = DEARER_DETECTORS.map(({ kind }) => kind.name);
  const byLearnt = async () => (await Promise.all(dearer.map((name) => run.told(name)))).find((one) => one !== null);
  const sendUsual = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += AT_ONCE) await run.send(readingsOf(AT_ONCE, sound));
  };
  await sendUsual(USUAL);
  const byEnsemble = () => run.told('series-ensemble');
  const quiet =
    (await byLearnt()) === undefined && (await run.told('robust-z')) === null && (await byEnsemble()) === null;
  // Each within what is usual for it, and within what physics allows: what is broken is what they have to do with each other.
  const apart = (i: number): TrialReading['fields'] => {
    const { inflow, ...others } = sound();
    return { ...others, inflow: inflow!, outflow: Number(inflow) * (i % 2 === 0 ? 1.1 : 0.9) };
  };
  let learnt: KindsTrial['learnt'] = null;
  let ensemble: KindsTrial['ensemble'] = null;
  // While the machine is busy nothing goes up to dearer detectors: then it is tried again.
  for (let tries = 0; tries < MOST_TRIES && (learnt === null || ensemble === null); tries++) {
    if (tries > 0) await sendUsual(USUAL / 2);
    await run.send(readingsOf(ODD, apart));
    learnt ??= (await byLearnt()) ?? null;
    ensemble ??= await byEnsemble();
  }
  await run.send(readingsOf(BETWEEN, sound));
  await run.send(readingsOf(1, () => ({ ...sound(), level: WILD })));
  const statistics = await run.told('robust-z');
  await run.send(readingsOf(BETWEEN, sound));
  await run.send(readingsOf(1, () => {
    const { inflow, ...others } = sound();
    return { ...others, inflow: 1.6 * Number(inflow) };
  })); // prettier-ignore
  return { watched: true, quiet, statistics, learnt, ensemble, rule: await run.told('physics') };
}
