import type { Batch } from '#base/core/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import type { DriftRule } from './drift-rule.ts';

/** For tests only: short blocks, nothing to wait for, a false alarm in a thousand blocks. */
export const SHORT_DRIFT: DriftRule = { apart: 60_000, season: 0, blocks: [60, 600], leastValues: 32 };

/** A value of a reading: number of the reading, of its device, of its field, and normal noise. */
export type DriftingValue = (reading: number, device: number, field: number, noise: number) => number;

/** For tests only: one reading a second in turn from each device, in a batch of all of them. */
export function driftingBatch(
  from: number,
  to: number,
  {
    devices = 1,
    fields = ['temperature', 'humidity'],
    value = (_reading, _device, _field, noise) => noise,
  }: {
    readonly devices?: number;
    readonly fields?: readonly string[];
    readonly value?: DriftingValue;
  } = {},
): Batch {
  const rows = to - from;
  const readings = Array.from({ length: rows }, (_, i) => from + i);
  const times = Float64Array.from(readings, (reading) => (1_700_000_000 + reading) * 1e6);
  return {
    stream: 'climate',
    template: '',
    rows,
    columns: [
      {
        name: 'device',
        data: {
          type: 'text',
          codes: Uint32Array.from(readings, (reading) => reading % devices),
          dictionary: Array.from({ length: devices }, (_, i) => `truck-${i}`),
          nulls: null,
        },
      },
      { name: 'time', data: { type: 'time', values: times, nulls: null } },
      { name: 'received', data: { type: 'time', values: times, nulls: null } },
      ...fields.map((name, field) => ({
        name,
        data: {
          type: 'number' as const,
          // A source for each value: it is the same however readings are cut into batches.
          values: Float64Array.from(readings, (reading) =>
            value(reading, reading % devices, field, nextNormal(seedRandom(reading * 31 + field))),
          ),
          nulls: null,
        },
      })),
    ],
  };
}
