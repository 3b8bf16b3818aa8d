import type { Batch } from '#base/core/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { planStream } from './watch-plan.ts';
import type { WatchPlan } from './watch-plan.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';

/** For tests only: a plan of a stream `climate` with a temperature, a humidity and a secret of health. */
export function climatePlan(budget: WatchPlan['budget'] = { alarms: 1, seconds: 604_800 }): WatchPlan {
  const template = makeTemplate(`
devices: { reefer: {} }
streams:
  climate:
    from: reefer
    purposes: [care]
    basis: vital-interests
    fields:
      temperature: { type: number, unit: Cel, range: [-40, 60] }
      humidity: { type: number, unit: '%', range: [0, 100] }
      pulse: { type: number, range: [0, 300], class: health }
`);
  return planStream(template.streams.get('climate')!, budget);
}

/** Readings of `climatePlan` at one a second, values of normal noise but where another temperature is given. */
export function climateRows(
  from: number,
  to: number,
  wild: ReadonlyMap<number, number> = new Map(),
): { values: Float64Array; times: Float64Array; count: number } {
  const count = to - from;
  const values = new Float64Array(count * 4);
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    // A source for each reading: it has the same values however readings are cut into blocks.
    const random = seedRandom(from + i + 1);
    values[i * 4] = wild.get(from + i) ?? -18 + 0.5 * nextNormal(random);
    values[i * 4 + 1] = 50 + nextNormal(random);
    values[i * 4 + 2] = 70 + 3 * nextNormal(random);
    times[i] = (1_700_000_000 + from + i) * 1e6;
  }
  return { values, times, count };
}

/** The same as a batch of one device. */
export function climateBatch(device: string, rows: ReturnType<typeof climateRows>): Batch {
  const { values, times, count } = rows;
  const column = (at: number): Float64Array => Float64Array.from({ length: count }, (_, i) => values[i * 4 + at]!);
  const numbers = (array: Float64Array) => ({ type: 'number', values: array, nulls: null }) as const;
  return {
    stream: 'climate',
    template: '',
    rows: count,
    columns: [
      { name: 'device', data: { type: 'text', codes: new Uint32Array(count), dictionary: [device], nulls: null } },
      { name: 'time', data: { type: 'time', values: times, nulls: null } },
      { name: 'received', data: { type: 'time', values: times, nulls: null } },
      { name: 'temperature', data: numbers(column(0)) },
      { name: 'humidity', data: numbers(column(1)) },
      { name: 'pulse', data: numbers(column(2)) },
    ],
  };
}
