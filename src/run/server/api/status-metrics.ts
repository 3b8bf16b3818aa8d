import type { PlatformStatus } from '../platform-status.ts';
import type { MetricFamily } from './metrics-text.ts';

const one = (name: string, kind: 'counter' | 'gauge', help: string, value: number): MetricFamily => ({
  name,
  kind,
  help,
  samples: [{ value }],
});

const byWord = (name: string, help: string, label: string, counts: Readonly<Record<string, number>>): MetricFamily => ({
  name,
  kind: 'counter',
  help,
  samples: Object.entries(counts).map(([word, value]) => ({ labels: { [label]: word }, value })),
});

/** What a platform says of itself as metrics. Labels are reasons and names of our own processes, never of devices. */
export function statusMetrics(status: PlatformStatus): readonly MetricFamily[] {
  const { readings, pace, segments, tail, journal, audit, queries, processes } = status;
  return [
    one('weir_uptime_seconds', 'gauge', 'Seconds since the platform started.', status.uptimeSeconds),
    one('weir_degraded', 'gauge', 'Things that are not as they should be.', status.degraded.length),
    one('weir_connections', 'gauge', 'Connections of devices that are open.', status.connections),
    one('weir_readings_admitted_total', 'counter', 'Readings that were stored.', readings.admitted),
    one('weir_readings_duplicate_total', 'counter', 'Readings that had been stored before.', readings.duplicates),
    one(
      'weir_unseen_seconds',
      'gauge',
      'Age of the oldest acknowledged reading that no query sees.',
      pace.behindMs / 1_000,
    ),
    {
      name: 'weir_readings_allowed_per_second',
      kind: 'gauge',
      help: 'Readings a second that are acknowledged at most; none while as many as come.',
      samples: pace.allowedPerSecond === null ? [] : [{ value: pace.allowedPerSecond }],
    },
    one(
      'weir_acknowledgements_held_back_seconds_total',
      'counter',
      'For how long acknowledgements were held back so that what is acknowledged is seen soon.',
      pace.heldBackSeconds,
    ),
    byWord('weir_readings_refused_total', 'Readings that were refused, by reason.', 'reason', readings.refused),
    byWord(
      'weir_connections_refused_total',
      'Connections and requests that were refused, by reason.',
      'reason',
      status.refusedConnections,
    ),
    one('weir_journal_bytes', 'gauge', 'Bytes of the journal.', journal.bytes),
    one('weir_tail_rows', 'gauge', 'Rows that are not sealed yet.', tail.rows),
    one('weir_segments', 'gauge', 'Sealed segments.', segments.count),
    one('weir_segment_rows', 'gauge', 'Rows in sealed segments.', segments.rows),
    one('weir_segment_bytes', 'gauge', 'Bytes of sealed segments.', segments.bytes),
    one('weir_audit_entries', 'gauge', 'Entries of the log.', audit.entries),
    ...watchMetrics(status),
    one('weir_queries_running', 'gauge', 'Statements that run now.', queries.running),
    {
      name: 'weir_process_restarts_total',
      kind: 'counter',
      help: 'Restarts by process.',
      samples: processes.map(({ name, restarts }) => ({ labels: { process: name }, value: restarts })),
    },
  ];
}

function watchMetrics({ watch }: PlatformStatus): readonly MetricFamily[] {
  if (watch === null) return [];
  type Tier = (typeof watch.tiers)[number];
  const byTier = (name: string, help: string, of: (tier: Tier) => number): MetricFamily => ({
    name,
    kind: 'counter',
    help,
    samples: watch.tiers.map((tier) => ({ labels: { tier: tier.name }, value: of(tier) })),
  });
  return [
    one('weir_watch_readings_total', 'counter', 'Readings that detectors judged.', watch.readings),
    one('weir_watch_shed_total', 'counter', 'Readings that not all detectors judged.', watch.shed),
    byTier('weir_watch_judged_total', 'Readings, or windows of them, that a tier judged.', ({ judged }) => judged),
    byTier('weir_watch_busy_seconds_total', 'Processor time of a tier.', ({ busyMs }) => busyMs / 1_000),
    byTier('weir_watch_beyond_total', 'How often a tier was beyond its limit.', ({ beyond }) => beyond),
    one('weir_watch_sampled_total', 'counter', 'Windows that went through all tiers at random.', watch.recall.sampled),
    one('weir_watch_odd_total', 'counter', 'Sampled windows that the dearest tier found odd.', watch.recall.odd),
    one('weir_watch_missed_total', 'counter', 'Odd windows that the cheap tier had not noticed.', watch.recall.missed),
    one('weir_watch_held_back_total', 'counter', 'Windows that the budget kept from dearer tiers.', watch.heldBack),
    one('weir_watch_windows_shed_total', 'counter', 'Windows that dearer tiers had no time for.', watch.windowsShed),
    one('weir_watch_left_out_devices', 'gauge', 'Devices without memory for detectors of series.', watch.leftOut),
    one('weir_watch_devices', 'gauge', 'Devices that are watched.', watch.devices),
    one('weir_watch_lag_seconds', 'gauge', 'Time from receipt to judgement.', watch.lagMs / 1_000),
    one('weir_alerts', 'gauge', 'Alerts that are kept.', watch.alerts),
  ];
}
