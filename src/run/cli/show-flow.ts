import type { PlatformStatus } from '#run/server/index.ts';
import { formatBytes } from './format-bytes.ts';

/** The watch is said to be behind from here on, in milliseconds. */
const BEHIND_MS = 1_000;

/** What flows, in lines for a terminal. */
export function flowLines(status: PlatformStatus): readonly string[] {
  const { readings, segments, audit, journal, tail } = status;
  const rows: (readonly [string, string])[] = [
    ['readings', `${count(readings.perSecond)} per second, ${count(readings.admitted)} since the start`],
    ['refused', refusedOf(status)],
    ['segments', `${count(segments.count)} with ${count(segments.rows)} rows in ${formatBytes(segments.bytes)}`],
    ['not yet sealed', `${count(tail.rows)} rows, journal ${formatBytes(journal.bytes)}`],
    ['log', `${count(audit.entries)} entries`],
    ['devices', `${count(status.connections)} connected`],
    ...watchRows(status),
  ];
  if (status.degraded.length > 0) rows.push(['degraded', status.degraded.join('; ')]);
  return rows.map(([name, value]) => `  ${name.padEnd(15)} ${value}`);
}

/** The same in one line. */
export function flowLine(status: PlatformStatus): string {
  const { readings, segments, audit, tail } = status;
  return [
    `${count(readings.perSecond)} readings/s`,
    `${count(readings.admitted)} admitted`,
    `refused: ${refusedOf(status)}`,
    `${count(segments.count)} segments with ${count(segments.rows)} rows in ${formatBytes(segments.bytes)}`,
    `${count(tail.rows)} rows not yet sealed`,
    `log ${count(audit.entries)} entries`,
    ...(status.watch === null ? [] : [`${count(status.watch.alerts)} alerts`]),
    ...(status.degraded.length > 0 ? [`degraded: ${status.degraded.join('; ')}`] : []),
  ].join(', ');
}

/** What the watch does and leaves out; nothing where nothing is watched. */
export function watchRows({ watch }: Pick<PlatformStatus, 'watch'>): readonly (readonly [string, string])[] {
  if (watch === null) return [];
  const behind = watch.lagMs >= BEHIND_MS ? `, ${(watch.lagMs / 1_000).toFixed(1)} s behind` : '';
  const shed = watch.shed > 0 ? `, ${count(watch.shed)} readings not judged by all detectors` : '';
  const { recall, heldBack, windowsShed, leftOut, drift } = watch;
  const tiers = watch.tiers.map(
    ({ name, judged, busyMs }) => `${name} ${count(judged)} in ${(busyMs / 1_000).toFixed(1)} s`,
  );
  const turnedAway = [
    ...(heldBack > 0 ? [`${count(heldBack)} windows beyond the budget`] : []),
    ...(windowsShed > 0 ? [`${count(windowsShed)} shed`] : []),
    ...(leftOut > 0 ? [`${count(leftOut)} devices without memory for detectors of series`] : []),
  ];
  const missed = `${count(recall.missed)} of ${count(recall.odd)} odd windows in a sample of ${count(recall.sampled)}`;
  return [
    ['alerts', `${count(watch.alerts)}; ${count(watch.devices)} devices are watched${behind}${shed}`],
    ['tiers', [...tiers, ...turnedAway].join(', ')],
    ...(recall.sampled > 0 ? [['not suspected', missed] as const] : []),
    ...(drift.fields > 0
      ? [['drift', `looked for in ${count(drift.watching)} of ${count(drift.fields)} fields`] as const]
      : []),
  ];
}

function refusedOf({ readings }: PlatformStatus): string {
  const reasons = Object.entries(readings.refused).toSorted(([, a], [, b]) => b - a);
  return reasons.length === 0 ? 'none' : reasons.map(([reason, times]) => `${reason} ${count(times)}`).join(', ');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
