import type { ConditionTrial } from '#assure/controls/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { DeviceWatch, INTERVAL, STANDARD_DETECTORS } from '#watch/detect/index.ts';
import type { DeviceRows, Finding, WatchPlan } from '#watch/detect/index.ts';
import { STANDARD_DRIFT } from '#watch/drift/index.ts';

const FIELD = { unit: null, shown: true } as const;
const PLAN: WatchPlan = {
  stream: 'trial',
  inputs: [{ name: 'load', form: 'number' }],
  sources: [0],
  features: [],
  fields: [
    { ...FIELD, name: 'load', resolution: 0.01 },
    { ...FIELD, name: INTERVAL, resolution: 0.1 },
  ],
  detectors: STANDARD_DETECTORS,
  drift: { rule: STANDARD_DRIFT, fields: [] },
  budget: { alarms: 1, seconds: 604_800 },
  quietSeconds: 60,
};
const [READINGS, TURN] = [2_000, 100];
/** Of a machine that stands, and one that runs. */
const LOADS = [5, 80] as const;
const BEGUN = 1_700_000_000;

/**
 * Teaches a watch a machine that runs and stands in turns, as two conditions, and shows it the load of running while
 * it runs, and while it stands.
 *
 * @param plan of the watch; the standard detectors under conditions
 */
export function tryConditions(
  plan: WatchPlan = { ...PLAN, context: { state: 'mode', calendars: [] } },
): ConditionTrial {
  const random = seedRandom(1);
  const rows = (from: number, count: number, condition: (i: number) => number, load: (i: number) => number) => {
    const values = new Float64Array(2 * count);
    for (let i = 0; i < count; i++) values[2 * i] = load(from + i) + nextNormal(random);
    const times = Float64Array.from({ length: count }, (_, i) => (BEGUN + from + i) * 1e6);
    const conditions = Float64Array.from({ length: count }, (_, i) => condition(from + i));
    return { values, times, count, ...(plan.context === undefined ? {} : { conditions }) };
  };
  const turn = (i: number): number => Math.floor(i / TURN) % 2;
  const usual = rows(0, READINGS, turn, (i) => LOADS[turn(i) as 0 | 1]);
  const after = (condition: number): DeviceRows =>
    rows(
      READINGS,
      5,
      () => condition,
      () => LOADS[1],
    );
  const told = (condition: number): readonly Finding[] => {
    const watch = new DeviceWatch('trial', plan);
    const quiet = watch.take(usual);
    return [...quiet, ...watch.take(after(condition))];
  };
  return { inside: told(1).length, outside: told(0).length };
}
