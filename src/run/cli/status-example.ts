import type { PlatformStatus } from '#run/server/index.ts';

/** For tests only: the state of a platform that is not quite well. */
export const STATUS: PlatformStatus = {
  version: '0.1.0',
  demo: false,
  uptimeSeconds: 12.4,
  template: { name: 'trial', digest: 'ab'.repeat(32), since: '2026-01-01T00:00:00Z' },
  tlsMinimum: '1.3',
  listeners: [{ name: 'mqtt', address: '127.0.0.1', port: 8883 }],
  processes: [{ name: 'gateway', state: 'running', pid: 2, restarts: 2 }],
  connections: 4,
  readings: { admitted: 5, duplicates: 1, perSecond: 2, refused: { step: 1, range: 3 }, dropped: 0 },
  refusedConnections: {},
  journal: { bytes: 512 },
  tail: { rows: 7, bytes: 100 },
  segments: { count: 2, rows: 1_000, bytes: 1_536 },
  proposals: { waiting: 0 },
  audit: { entries: 9, integrated: 9, gaps: [], suspended: 0 },
  queries: { confined: false, reason: 'no namespaces', running: 0 },
  watch: {
    streams: 1,
    devices: 4,
    readings: 90,
    shed: 3,
    tiers: [
      { name: 'cheap', judged: 1_000, busyMs: 12, beyond: 3 },
      { name: 'principal-components', judged: 40, busyMs: 1, beyond: 1 },
    ],
    recall: { sampled: 9, odd: 2, missed: 1 },
    heldBack: 5,
    windowsShed: 0,
    lagMs: 12,
    alerts: 2,
  },
  exposures: [],
  degraded: ['queries are not confined'],
};
