import { nextNormal, nextUniform, seedRandom } from '#learn/features/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';
import { outFlow } from '../../../../test/support/out-flow.ts';

export { flowBatch } from '../../../../test/support/flow-batch.ts';

const HOUR = 3_600;
/** For tests only: when the flows of the cameras begin, epoch seconds. */
export const BEGAN = 1_700_000_400;
const EVIL = {
  destination_address: '203.0.113.9',
  destination_port: 1_177,
  destination_bytes: 0,
  destination_packets: 0,
};

export type Row = readonly [device: string, flow: FlowReading];

/** For tests only: what four cameras exchange in so many hours: names, the time, and at no steady pace their cloud and two others. */
export function cameras(hours: number, seed = 1): readonly Row[] {
  const random = seedRandom(seed);
  const rows: Row[] = [];
  for (let camera = 0; camera < 4; camera++) {
    const call = (time: number, change: Partial<FlowReading>): void =>
      void rows.push([`camera-${camera}`, outFlow({ time, ...change })]);
    for (const [i, mean] of [60, 75, 90].entries()) {
      for (let at = BEGAN; at < BEGAN + hours * HOUR; at += -mean * Math.log(1 - nextUniform(random))) {
        call(at, { destination_address: `198.51.100.${i}`, source_bytes: Math.round(400 * (1 + nextUniform(random))) });
      }
    }
    for (let at = BEGAN + camera; at < BEGAN + hours * HOUR; at += 64) {
      call(at + 0.1 * nextNormal(random), { destination_port: 123, protocol: 'udp', source_bytes: 48 });
    }
  }
  return rows.toSorted(([, a], [, b]) => a.time - b.time);
}

/** For tests only: the same with one camera that calls its master from the fifth hour on. */
export function attackedCameras(hours: number): readonly Row[] {
  const random = seedRandom(7);
  const calls: Row[] = [];
  for (let at = BEGAN + 5 * HOUR; at < BEGAN + hours * HOUR; at += 14 + 0.3 * nextNormal(random))
    calls.push(['camera-2', outFlow({ time: at, source_bytes: 40, ...EVIL })]);
  return [...cameras(hours), ...calls].toSorted(([, a], [, b]) => a.time - b.time);
}
