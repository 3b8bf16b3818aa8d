import { PROBE_DEVICE } from '#base/core/index.ts';
import type { LateAuditSink, Log } from '#base/core/index.ts';
import type { DeviceSessions } from '../gateway/device-sessions.ts';

/** Devices that an entry names of its own in each report, so that a fleet that comes back does not fill the log. */
const NAMED = 8;

/** What is put on record, by the count that it is of. */
const EVENTS = [
  ['opened', 'open-connection', 'allowed'],
  ['lost', 'lose-connection', 'done'],
  ['wills', 'leave-will', 'done'],
] as const;

/**
 * Puts on record that devices connected, were lost, and left wills, for rules to see: of each report the devices with
 * most of it and those of the prober by name, the others in one sum.
 */
export async function logSessions(report: readonly DeviceSessions[], owed: LateAuditSink, log: Log): Promise<void> {
  for (const [count, action, outcome] of EVENTS) {
    const all = report.filter((one) => one[count] > 0).sort((a, b) => b[count] - a[count]);
    const known = all.filter(({ device }) => device !== '');
    // The prober's are always named: among others they would be in what people are told of these.
    const named = known.filter(({ device }, i) => i < NAMED || device.startsWith(PROBE_DEVICE));
    const others = all.filter((one) => !named.includes(one));
    const entries = named.map(({ device, network, protocol, [count]: times }) => ({
      resource: `device:${device}`,
      detail: { count: times, ...(network === '' ? {} : { source: network, protocol }) },
    }));
    if (others.length > 0) {
      const times = others.reduce((sum, { [count]: each }) => sum + each, 0);
      entries.push({ resource: 'device:-', detail: { count: times } });
    }
    for (const { resource, detail } of entries) {
      try {
        await owed.appendLate({ actor: 'weir:gateway', action, resource, outcome, detail });
      } catch (error) {
        log.warn({ error: (error as Error).message }, 'connections of devices could not be logged');
      }
    }
  }
}
