import type { SensorTrial } from '#assure/controls/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { readingsOf, TrialRun } from './trial-run.ts';
import type { TrialParts, TrialReading } from './trial-run.ts';

const [USUAL, BETWEEN, STUCK, SCALED, REPLAYED] = [800, 60, 30, 8, 200];
/** Readings ago of what is played again. */
const LAG = 480;
/** A slow course of the level, and how far a splice leads along it: half of the way. */
const [MIDDLE, SWING, PERIOD] = [50, 20, 600];

/**
 * Sends as the device `_probe` what a sound sensor sends, then one that is stuck, one whose signal was spliced, one that
 * is scaled, and its own past, and looks what each is told by.
 */
export async function trySensors(parts: TrialParts): Promise<SensorTrial> {
  const run = await TrialRun.begin(parts);
  if (run === null) return { watched: false, quiet: false, stuck: null, spliced: null, scaled: null, replayed: null };
  const random = seedRandom(20);
  const past: TrialReading[] = [];
  let phase = 0;
  const sound = (): TrialReading['fields'] => {
    phase += 1;
    const level = MIDDLE + SWING * Math.sin((2 * Math.PI * phase) / PERIOD) + 0.5 * nextNormal(random);
    const inflow = 10 + nextNormal(random);
    return { level, inflow, outflow: inflow * (1 + 0.01 * nextNormal(random)) };
  };
  const send = async (readings: readonly TrialReading[]): Promise<void> => {
    past.push(...readings);
    await run.send(readings);
  };
  const names = ['stuck-check', 'physics', 'replay'] as const;
  await send(readingsOf(USUAL, sound));
  const quiet = (await Promise.all(names.map((name) => run.toldBy(name)))).every(({ length }) => length === 0);

  const held = past.at(-1)!.fields['level']!;
  await send(readingsOf(STUCK, () => ({ ...sound(), level: held })));
  await send(readingsOf(BETWEEN, sound));
  // From the top of its course to the bottom: both are usual.
  phase = Math.ceil(phase / PERIOD) * PERIOD + PERIOD / 4;
  await send(readingsOf(BETWEEN, sound));
  const before = (await run.toldBy('jump-check')).length;
  phase += PERIOD / 2;
  await send(readingsOf(BETWEEN, sound));
  const jumps = await run.toldBy('jump-check');
  await send(readingsOf(SCALED, () => {
    const { inflow, ...others } = sound();
    return { ...others, inflow: 1.5 * Number(inflow) };
  })); // prettier-ignore
  await send(readingsOf(BETWEEN, sound));
  const again = past.slice(-LAG, -LAG + REPLAYED);
  await run.send(again);
  return {
    watched: true,
    quiet,
    stuck: await run.told('stuck-check'),
    spliced: jumps.length > before ? await run.told('jump-check') : null,
    scaled: await run.told('physics'),
    replayed: await run.told('replay'),
  };
}
