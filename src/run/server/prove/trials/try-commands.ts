import type { CommandTrial } from '#assure/controls/index.ts';
import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import { readingsOf, TrialRun } from './trial-run.ts';
import type { TrialParts, TrialReading } from './trial-run.ts';

const [DAYS, A_DAY] = [25, 12];
const MINUTE = 60;
const [HOUR, DAY] = [60 * MINUTE, 24 * 60 * MINUTE];
/** Something comes every ten minutes; commands from nine in the morning on, and once at three. */
const STEP = 10 * MINUTE;
const [MORNING, ODD] = [9 * HOUR, 3 * HOUR];
/** Readings at random times, and then as many with a beacon among them: windows of 128. */
const [NOISE, HIDDEN] = [1_280, 384];

/** A command, or nothing but a sign of life, at a time of the device's life in seconds. */
type Said = readonly [at: number, command: string | null];

/**
 * Is a device that is told to open and to close in turns every morning, for weeks, and then in another order, and in
 * the night; and one that sends at random, and then with a beacon among it.
 */
export async function tryCommands(parts: TrialParts): Promise<CommandTrial> {
  const none = { watched: false, quiet: false, oddOrder: null, oddTime: null, usualAgain: false, beacon: null };
  const run = await TrialRun.begin(parts);
  if (run === null) return none;
  let now = 0;
  const say = (said: readonly Said[]): Promise<void> =>
    run.send(
      said.map(([at, command]): TrialReading => {
        const after = at - now;
        now = at;
        return { after, fields: command === null ? { level: 50 } : { command } };
      }),
    );
  const count = async (): Promise<number> =>
    (await run.toldBy('odd-order')).length + (await run.toldBy('odd-time')).length;
  await say(Array.from({ length: DAYS }, (_, day) => dayFrom(day * DAY)).flat());
  const quiet = (await count()) === 0;
  const today = DAYS * DAY;
  await say(lifeFrom(today, today + ODD));
  await say([[today + ODD, 'open']]);
  const oddTime = await run.told('odd-time');
  const told = await count();
  await say(lifeFrom(today + ODD + STEP, today + MORNING));
  await say([[today + MORNING, 'close']]);
  const usualAgain = (await count()) === told;
  await say([[today + MORNING + STEP, 'close']]);
  const oddOrder = await run.told('odd-order');
  return { watched: true, quiet, oddOrder, oddTime, usualAgain, beacon: await tryBeacon(parts) };
}

/** A day from its midnight on: commands in the morning, and else signs of life. */
function dayFrom(midnight: number): readonly Said[] {
  const commands = Array.from({ length: A_DAY }, (_, i): Said => {
    return [midnight + MORNING + i * STEP, i % 2 === 0 ? 'open' : 'close'];
  });
  const noon = midnight + MORNING + A_DAY * STEP;
  return [...lifeFrom(midnight, midnight + MORNING), ...commands, ...lifeFrom(noon, midnight + DAY)];
}

function lifeFrom(from: number, to: number): readonly Said[] {
  return Array.from({ length: (to - from) / STEP }, (_, i): Said => [from + i * STEP, null]);
}

async function tryBeacon(parts: TrialParts): Promise<CommandTrial['beacon']> {
  const run = await TrialRun.begin(parts);
  if (run === null) return null;
  const random = seedRandom(38);
  const gap = (): number => Math.max(0.01, -MINUTE * Math.log(1 - nextUniform(random)));
  const level = (): TrialReading['fields'] => ({ level: 50 + nextNormal(random) });
  await run.send(readingsOf(NOISE, level, gap));
  if ((await run.toldBy('beacon')).length > 0) return null;
  const times = Array.from({ length: HIDDEN / 2 }, (_, i) => (i + 1) * MINUTE);
  for (let at = gap(), i = 0; i < HIDDEN / 2; i++, at += gap()) times.push(at);
  times.sort((a, b) => a - b);
  await run.send(readingsOf(HIDDEN, level, (i) => times[i]! - (times[i - 1] ?? 0)));
  return run.told('beacon');
}
