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
  const { readings, segments, tail, journal, audit, queries, processes } = status;
  return [
    one('weir_uptime_seconds', 'gauge', 'Seconds since the platform started.', status.uptimeSeconds),
    one('weir_degraded', 'gauge', 'Things that are not as they should be.', status.degraded.length),
    one('weir_connections', 'gauge', 'Connections of devices that are open.', status.connections),
    one('weir_readings_admitted_total', 'counter', 'Readings that were stored.', readings.admitted),
    one('weir_readings_duplicate_total', 'counter', 'Readings that had been stored before.', readings.duplicates),
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
  return [
    one('weir_watch_readings_total', 'counter', 'Readings that detectors judged.', watch.readings),
    one('weir_watch_shed_total', 'counter', 'Readings that not all detectors judged.', watch.shed),
    one('weir_watch_devices', 'gauge', 'Devices that are watched.', watch.devices),
    one('weir_watch_lag_seconds', 'gauge', 'Time from receipt to judgement.', watch.lagMs / 1_000),
    one('weir_alerts', 'gauge', 'Alerts that are kept.', watch.alerts),
  ];
}
