import { isInAny, LOCAL_NETWORKS, MULTICAST_NETWORKS, parseIp } from '#declare/mud/index.ts';
import { robustCentre } from '#learn/features/index.ts';
import type { FlowReading } from './flow-reading.ts';

/** A device's flows to one peer, protocol and port within one window, as numbers. */
export interface ChannelWindow {
  readonly device: string;
  readonly peer: string;
  readonly port: number | null;
  readonly protocol: string;
  /** Start of the window, epoch seconds. */
  readonly start: number;
  /** Flows in it, as they were given. */
  readonly flows: readonly number[];
  /** Values by `CHANNEL_FEATURES`. */
  readonly values: Float64Array;
}

/** What is told of a channel, in order. Times and sizes are as ln(1 + x), for they span orders of magnitude. */
export const CHANNEL_FEATURES = [
  'flows',
  'median-interval',
  // Spread of the intervals over their median: close to 0 for a beacon.
  'irregularity',
  'mean-source-bytes',
  'mean-destination-bytes',
  // From −1, where all is sent to the device, to 1, where it sends all.
  'balance',
  'spread-of-source-bytes',
  'unanswered-share',
  'median-duration',
  'failed-dns-share',
  // Of all flows of the device in the window.
  'share-of-device',
  'is-local',
] as const;

/** Seconds of a window, and flows that a channel has to have in it to say something of intervals. */
export const CHANNEL_WINDOW = 600;
const LEAST_FLOWS = 4;

/**
 * Features by which a channel of command and control differs from others, of each window: how regularly a device calls
 * a peer, how much it sends and gets, whether it is answered, and how its questions to DNS go. Flows to groups and
 * flows that peers opened have no channel.
 *
 * @param flows in any order
 */
export function channelWindows(flows: readonly FlowReading[], seconds = CHANNEL_WINDOW): readonly ChannelWindow[] {
  const channels = new Map<string, number[]>();
  const ofDevice = new Map<string, { flows: number; asked: number; failed: number }>();
  for (const [i, flow] of flows.entries()) {
    const { source_address: device, destination_address: peer } = flow;
    if (flow.direction === 'in' || device === null || peer === null || isGroup(peer)) continue;
    const start = Math.floor(flow.time / seconds) * seconds;
    const own = ofDevice.get(`${device} ${start}`) ?? { flows: 0, asked: 0, failed: 0 };
    ofDevice.set(`${device} ${start}`, own);
    own.flows += 1;
    if (flow.response_code !== null) own.asked += 1;
    if (flow.response_code !== null && flow.response_code !== 'NOERROR') own.failed += 1;
    const key = JSON.stringify([device, start, peer, flow.destination_port, flow.protocol]);
    const known = channels.get(key);
    if (known === undefined) channels.set(key, [i]);
    else known.push(i);
  }
  const windows: ChannelWindow[] = [];
  for (const [key, indices] of channels) {
    if (indices.length < LEAST_FLOWS) continue;
    const [device, start, peer, port, protocol] = JSON.parse(key) as [string, number, string, number | null, string];
    const own = ofDevice.get(`${device} ${start}`)!;
    const values = valuesOf(
      indices.map((i) => flows[i]!),
      own,
      peer,
    );
    windows.push({ device, peer, port, protocol, start, flows: indices, values });
  }
  return windows;
}

function valuesOf(
  flows: readonly FlowReading[],
  device: { readonly flows: number; readonly asked: number; readonly failed: number },
  peer: string,
): Float64Array {
  const times = Float64Array.from(flows, ({ time }) => time).sort();
  const intervals = times.subarray(1).map((time, i) => time - times[i]!);
  const usual = robustCentre(intervals);
  const sent = flows.map(({ source_bytes: bytes }) => bytes ?? 0);
  const got = flows.map(({ destination_bytes: bytes }) => bytes ?? 0);
  const [meanSent, meanGot] = [mean(sent), mean(got)];
  const spread = Math.sqrt(mean(sent.map((bytes) => (bytes - meanSent) ** 2)));
  const unanswered = flows.filter((flow) => !((flow.destination_packets ?? flow.destination_bytes ?? 1) > 0)).length;
  const durations = Float64Array.from(flows, ({ duration }) => duration ?? 0);
  const bytes = parseIp(peer);
  return Float64Array.of(
    Math.log1p(flows.length),
    Math.log1p(usual.centre),
    Math.log1p(usual.spread / Math.max(usual.centre, 1e-3)),
    Math.log1p(meanSent),
    Math.log1p(meanGot),
    meanSent + meanGot === 0 ? 0 : (meanSent - meanGot) / (meanSent + meanGot),
    meanSent === 0 ? 0 : spread / meanSent,
    unanswered / flows.length,
    Math.log1p(robustCentre(durations).centre),
    device.asked === 0 ? 0 : device.failed / device.asked,
    flows.length / device.flows,
    bytes !== null && isInAny(bytes, LOCAL_NETWORKS) ? 1 : 0,
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function isGroup(address: string): boolean {
  const bytes = parseIp(address);
  return bytes === null || isInAny(bytes, MULTICAST_NETWORKS);
}
