import { Type } from '#base/core/index.ts';
import { count, countsByWord, listOf, orNull, text, time } from './forms.ts';

/** The form of `PlatformStatus`. */
export const STATUS = Type.Object({
  version: text,
  demo: Type.Boolean(),
  uptimeSeconds: Type.Number(),
  template: Type.Object({ name: text, digest: text, since: time }),
  proposals: Type.Object({ waiting: count }),
  tlsMinimum: text,
  listeners: listOf(Type.Object({ name: text, address: text, port: count })),
  processes: listOf(Type.Object({ name: text, state: text, pid: orNull(count), restarts: count })),
  connections: count,
  readings: Type.Object({
    admitted: count,
    duplicates: count,
    perSecond: Type.Number(),
    refused: countsByWord,
    dropped: count,
  }),
  pace: Type.Object({ behindMs: count, allowedPerSecond: orNull(count), heldBackSeconds: Type.Number() }),
  refusedConnections: countsByWord,
  journal: Type.Object({ bytes: count }),
  tail: Type.Object({ rows: count, bytes: count }),
  segments: Type.Object({ count, rows: count, bytes: count }),
  archive: Type.Object({
    waiting: count,
    places: listOf(Type.Object({ place: text, segments: count, bytes: count })),
  }),
  audit: Type.Object({
    entries: count,
    integrated: count,
    gaps: listOf(Type.Object({ from: count, to: orNull(count), knownBy: text, found: text })),
    suspended: count,
  }),
  queries: Type.Object({ confined: Type.Boolean(), reason: orNull(text), running: count }),
  watch: orNull(
    Type.Object({
      streams: count,
      devices: count,
      readings: count,
      shed: count,
      tiers: listOf(Type.Object({ name: text, judged: count, busyMs: Type.Number(), beyond: count })),
      recall: Type.Object({ sampled: count, odd: count, missed: count }),
      heldBack: count,
      windowsShed: count,
      leftOut: count,
      drift: Type.Object({ fields: count, watching: count }),
      lagMs: Type.Number(),
      rules: count,
      entries: count,
      forgotten: count,
      alerts: count,
    }),
  ),
  exposures: listOf(Type.Object({ kind: text, detail: text })),
  degraded: listOf(text),
});
