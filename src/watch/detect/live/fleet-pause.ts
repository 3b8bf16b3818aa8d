import { ALL_DEVICES } from './drift-finding.ts';
import { findingId, severityOf } from './finding.ts';
import type { Finding } from './finding.ts';

/** When a device was heard of, by this machine's clock; times in microseconds of its epoch. */
export interface Heard {
  at: number;
  /** Whether its readings are of about now. */
  live: boolean;
  /** From one time to the next, as usual; NaN while that is not known. */
  usual: number;
  /** The last time that it was not heard of for longer than usual; null where there was none. */
  gap: { readonly from: number; readonly to: number } | null;
}

/** A time for which most devices of a stream sent nothing. */
export interface FleetPause {
  readonly stream: string;
  /** Between which times they were heard of last. */
  readonly from: readonly [number, number];
  readonly devices: ReadonlySet<string>;
  /** Devices of the stream that send, those that fell silent included. */
  readonly of: number;
}

/** The name under which that is told, and what it breaks in words. */
export const FLEET_NAME = 'fleet-silence';
const RULE = 'devices of one stream do not fall silent all at once';
/** Devices that make a fleet, and the part of them that has to be silent. */
const LEAST_DEVICES = 3;
const PART = 0.5;
/** Devices that fell silent within so long did so together, in microseconds. */
const TOGETHER = 60_000_000;
/** How much of the silence of one another has to have been silent, too. */
const SHARED = 0.5;
/** A device that is not heard of for so many times as long as usual is late. */
const LATE = 2;
/** Devices that are named; all are counted. */
const MOST_NAMED = 1_000;

/** Whether a device should have been heard of by now. @param silent for how long it was not, in microseconds */
export function isLate({ usual }: Pick<Heard, 'usual'>, silent: number): boolean {
  return !(silent <= LATE * usual);
}

/**
 * Whether most devices of a stream fell silent with one of them.
 *
 * @param from when that one was heard of last
 * @param now when it was looked, or heard of again
 * @returns null where it is that device alone, or few
 */
export function fleetPause(
  stream: string,
  heard: ReadonlyMap<string, Heard>,
  from: number,
  now: number,
): FleetPause | null {
  const together: [string, number][] = [];
  let live = 0;
  for (const [device, one] of heard) {
    if (!one.live) continue;
    // Silent still, or since it was.
    const gap = isLate(one, now - one.at) && one.at < now ? { from: one.at, to: now } : one.gap;
    // Who had fallen silent before and is so still is none of those that send.
    if (gap !== null && gap.to === now && one.at < from - TOGETHER) continue;
    live += 1;
    if (gap === null || Math.abs(gap.from - from) > TOGETHER) continue;
    const shared = Math.min(gap.to, now) - Math.max(gap.from, from);
    if (shared >= SHARED * (now - from)) together.push([device, gap.from]);
  }
  if (together.length < LEAST_DEVICES || together.length <= PART * live) return null;
  const times = together.map(([, since]) => since);
  const span = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))] as const;
  return { stream, from: span, devices: new Set(together.map(([device]) => device)), of: live };
}

/** Whether a time lies about the pause's beginning. */
export function beginsWith({ from: [first, last] }: FleetPause, from: number): boolean {
  return from >= first - TOGETHER && from <= last + TOGETHER;
}

/** Tells a pause as one finding about all devices of the stream. @param now how far it has come, epoch microseconds */
export function fleetFinding(pause: FleetPause, now: number, open: boolean): Finding {
  const { stream, devices, of } = pause;
  const [first, last] = pause.from;
  const seconds = Math.ceil((last - first) / 1e6);
  const score = devices.size / (PART * of);
  const within = seconds <= 1 ? 'at once' : `within ${seconds} s`;
  return {
    id: findingId(ALL_DEVICES, stream, FLEET_NAME, first),
    device: ALL_DEVICES,
    stream,
    devices: [...devices].sort().slice(0, MOST_NAMED),
    violates: { kind: FLEET_NAME, rule: RULE },
    techniques: ['T0804'],
    detectors: [{ name: FLEET_NAME, score, limit: 1, readings: devices.size }],
    start: first,
    end: Math.max(now, last),
    open,
    // Of twice the limit at most: all of them is as grave as it gets.
    severity: severityOf(1.5 * score, 1),
    budget: null,
    baseline: null,
    causes: [
      {
        field: 'interval',
        unit: 's',
        share: 1,
        value: Math.round((now - first) / 1e6),
        usual: null,
        deviation: 0,
        wouldPass: null,
      },
    ],
    nearest: null,
    evidence: [],
    sentence: `${devices.size} of ${of} devices of stream ${stream} fell silent ${within}: the network or the platform rather than the devices`,
  };
}
