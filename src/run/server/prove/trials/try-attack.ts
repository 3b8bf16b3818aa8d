import type { AttackTrial } from '#assure/controls/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { correlate } from '#watch/respond/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import { readingsOf, TrialRun } from './trial-run.ts';
import type { TrialParts, TrialReading } from './trial-run.ts';

const [USUAL, BETWEEN, STUCK, SCALED] = [800, 60, 30, 8];
const WILD = 90;
/** Longer than what still belongs together. */
const LATER_SECONDS = 3_600;

/**
 * Plays an attack on the device `_probe`: a sensor is held where it is, then its flows are falsified, then its level runs
 * away; and an hour later the level does so once more. Looks what incidents that is.
 */
export async function tryAttack(parts: TrialParts): Promise<AttackTrial> {
  const run = await TrialRun.begin(parts);
  if (run === null)
    return { watched: false, quiet: false, stages: [], inOrder: false, together: false, laterApart: false };
  const random = seedRandom(49);
  let level = 50;
  const sound = (): TrialReading['fields'] => {
    const inflow = 10 + nextNormal(random);
    level = 50 + nextNormal(random);
    return { level, inflow, outflow: inflow * (1 + 0.01 * nextNormal(random)) };
  };
  await run.send(readingsOf(USUAL, sound));
  const quiet = (await run.alerts()).length === 0;

  const held = level;
  await run.send(readingsOf(STUCK, () => ({ ...sound(), level: held })));
  await run.send(readingsOf(BETWEEN, sound));
  await run.send(readingsOf(SCALED, () => {
    const { inflow, ...others } = sound();
    return { ...others, inflow: 1.5 * Number(inflow) };
  })); // prettier-ignore
  await run.send(readingsOf(BETWEEN, sound));
  await run.send(readingsOf(1, () => ({ ...sound(), level: WILD })));
  await run.send(readingsOf(BETWEEN, sound));
  const attack = await run.alerts();

  await run.send(readingsOf(1, sound, () => LATER_SECONDS));
  await run.send(readingsOf(BETWEEN, sound));
  await run.send(readingsOf(1, () => ({ ...sound(), level: WILD })));
  await run.send(readingsOf(BETWEEN, sound));
  const all = await run.alerts();

  const during = new Set(attack.map(({ id }) => id));
  const incident = correlate(all).find(({ steps }) => steps.some(({ alert }) => during.has(alert)));
  const steps = incident?.steps ?? [];
  const told = new Map(all.map((alert) => [alert.id, alert]));
  return {
    watched: true,
    quiet,
    stages: steps.map(({ alert }) => stageOf(told.get(alert)!)),
    inOrder: steps.every(({ start }, i) => i === 0 || steps[i - 1]!.start <= start),
    together: during.size > 0 && [...during].every((id) => steps.some(({ alert }) => alert === id)),
    laterApart: all.length > during.size && steps.every(({ alert }) => during.has(alert)),
  };
}

/** What a step was told by first. */
function stageOf({ violates, detectors }: Alert): string {
  return violates?.kind ?? detectors[0]?.name ?? '';
}
