import { PROBE_DEVICE } from '#base/core/index.ts';
import type { ConnectionSummary } from '#flow/gateway/index.ts';

/** Connections that a device opened or lost, and wills of it that were carried out, since the last report. */
export interface DeviceSessions {
  /** Empty for those of devices that are beyond what one report names. */
  readonly device: string;
  /** The network that it connected from last, and by which protocol; empty where that is not known. */
  readonly network: string;
  readonly protocol: string;
  readonly opened: number;
  readonly lost: number;
  readonly wills: number;
}

/** Devices that one report of a worker names, besides those of the prober, which are counted with nobody else. */
const MOST_NAMED = 1_024;

/** Adds what a summary says of connections to a report; nothing where none was opened or lost. */
export function noteSessions(
  report: DeviceSessions[],
  { device, manner, sessions, lost, wills }: ConnectionSummary,
): void {
  if (sessions + lost + wills === 0) return;
  if (report.length < MOST_NAMED || device.type === PROBE_DEVICE) {
    const { network = '', protocol = '' } = manner ?? {};
    // In front: who has no name is last.
    report.unshift({ device: device.name, network, protocol, opened: sessions, lost, wills });
    return;
  }
  const last = report.at(-1)!;
  const others = last.device === '' ? last : { device: '', network: '', protocol: '', opened: 0, lost: 0, wills: 0 };
  if (others === last) report.pop();
  report.push({ ...others, opened: others.opened + sessions, lost: others.lost + lost, wills: others.wills + wills });
}
