import type { StreamDescription } from '#run/server/index.ts';
import { fieldValues } from '../replay/reading-of.ts';
import type { ReplaySink } from '../replay/replay-files.ts';
import type { ReplayReport, Tally } from '../replay/tally.ts';
import { flowsOf } from './device-of-flow.ts';
import type { FlowOwner } from './device-of-flow.ts';
import type { FileFlow } from './read-flow-files.ts';

export interface ImportParts {
  readonly flows: AsyncIterable<FileFlow>;
  readonly owner: FlowOwner;
  readonly stream: StreamDescription;
  readonly sink: ReplaySink;
  readonly tally: Tally;
  readonly nowSeconds: () => number;
  readonly signal: AbortSignal;
}

/**
 * Sends flows through the gateway, each as a reading of its device, numbered per device in the order of the files from
 * the milliseconds of the first, so that a second run of the same files doubles nothing.
 */
export async function importFlows(parts: ImportParts): Promise<ReplayReport> {
  const { owner, stream, sink, tally, nowSeconds, signal } = parts;
  const started = nowSeconds();
  const next = new Map<string, { seq: number; readonly sent: number }>();
  for await (const { flow, values } of parts.flows) {
    if (signal.aborted) break;
    const owned = flowsOf(owner, flow);
    tally.countRead();
    if (owned.length === 0) tally.countUnreadable('no-device');
    for (const [device, own] of owned) {
      let known = next.get(device);
      if (known === undefined) {
        const sent = await sink.open(device, { stream: stream.name, type: null });
        known = { seq: Math.max(0, Math.floor(own.time * 1_000)), sent };
        next.set(device, known);
      }
      const seq = known.seq++;
      if (seq <= known.sent) {
        tally.countSkipped();
        continue;
      }
      // What the stream declares besides, such as a label, comes from the column of that name.
      const members = new Map([...values, ...Object.entries(own)]);
      const reading = { time: microseconds(own.time), seq, ...fieldValues(members, stream.fields, new Map()) };
      await sink.publish(device, stream.name, Buffer.from(JSON.stringify(reading)));
    }
  }
  await sink.flush();
  return tally.report(next.size, nowSeconds() - started, signal.aborted);
}

function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
