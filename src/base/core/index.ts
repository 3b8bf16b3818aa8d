export { PlatformError, CoreError, hasCode } from './errors.ts';
export type { CoreErrorCode } from './errors.ts';
export { encodeUtf8, decodeUtf8, concatBytes, equalBytes, toHex, fromHex, toBase64, fromBase64 } from './bytes.ts';
export { millis, seconds, minutes, hours, days, bytes, kibibytes, mebibytes, micros } from './units.ts';
export type { Millis, ByteCount, Micros } from './units.ts';
export { parseRfc3339, formatMicros, systemClock } from './time.ts';
export { canonicalJson } from './jcs.ts';
export type { Json } from './jcs.ts';
export { makeId, NAME_PATTERN, DEVICE_NAME_PATTERN } from './ids.ts';
export {
  CLASSES,
  KEY_DOMAINS,
  FIELD_TYPES,
  SYSTEM_COLUMNS,
  CONNECTIONS_STREAM,
  EVENTS_STREAM,
  PROBE_STREAM,
  PROBER_ACTOR,
  PROBER_STREAMS,
  TRIAL_CONNECTIONS,
  TRIAL_FLOWS,
  TRIAL_STREAM,
  TRIAL_WINDOWS,
  PROBE_DEVICE,
  stricterClass,
} from './nouns.ts';
export type { Class, KeyDomain, FieldType } from './nouns.ts';
export { CLASS_MASKS, CLASS_RULES, EXPORT_TERMS, inOrderOfClass, isAboutPeople, keyDomainOf } from './class-rules.ts';
export type { ClassMask, ClassRule, ExportTerms } from './class-rules.ts';
export type { Batch, Column, NamedColumn, ColumnShape } from './batch.ts';
export type { Clock, Random, Log, Metrics, AuditEvent, AuditReceipt, AuditSink, LateAuditSink } from './ports.ts';
export { Type } from './schema-type.ts';
export type { Static, TObject, TSchema } from './schema-type.ts';
export type { Span, SpanAttributes } from './span.ts';
export { formatTraceparent, makeSpanId, makeTrace, parseTraceparent } from './trace-context.ts';
export type { TraceContext } from './trace-context.ts';
