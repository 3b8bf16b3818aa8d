import type { StrangerTrial } from '#assure/controls/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { readingsOf, TrialRun } from './trial-run.ts';
import type { TrialParts, TrialReading } from './trial-run.ts';

const [KNOWN, STEP, MOST] = [1_600, 32, 320];

/**
 * Lets the device `_probe` be known, and another kind of device speak in its name.
 *
 * @param stranger the level at which the other one is; the device itself is at 4
 */
export async function tryStranger(parts: TrialParts, stranger = 80): Promise<StrangerTrial> {
  const run = await TrialRun.begin(parts);
  if (run === null) return { watched: false, itself: 0, strangerAfter: null };
  const random = seedRandom(6);
  const at = (level: number) => (): TrialReading['fields'] => ({ level: level * (1 + 0.1 * nextNormal(random)) });
  await run.send(readingsOf(KNOWN, at(4)));
  const count = async (): Promise<number> => (await run.toldBy('stranger')).length;
  const itself = await count();
  for (let sent = STEP; sent <= MOST; sent += STEP) {
    await run.send(readingsOf(STEP, at(stranger)));
    if ((await count()) > itself) return { watched: true, itself, strangerAfter: sent };
  }
  return { watched: true, itself, strangerAfter: null };
}
