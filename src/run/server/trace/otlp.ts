import type { Json, Span, SpanAttributes } from '#base/core/index.ts';

/** Numbers of `SpanKind` and `Status.StatusCode`. @see opentelemetry/proto/trace/v1/trace.proto */
const KINDS = { internal: 1, server: 2 } as const;
const STATUS_ERROR = 2;
/** The random bits of a trace id are from our own source, and it was sampled. @see SpanFlags */
const FLAGS_SAMPLED = 1;

/**
 * Spans as the JSON of an `ExportTraceServiceRequest`: ids in hex, 64-bit numbers as text, enumerations as numbers.
 *
 * @param resource attributes of the whole platform, such as `service.version`
 * @see OTLP specification 1.x, section JSON Protobuf Encoding
 */
export function formatOtlp(spans: readonly Span[], resource: SpanAttributes): Json {
  const byService = Map.groupBy(spans, ({ service }) => service);
  return {
    resourceSpans: [...byService].map(([service, own]) => ({
      resource: { attributes: formatAttributes({ 'service.name': `weir-${service}`, ...resource }) },
      scopeSpans: [{ scope: { name: 'weir' }, spans: own.map(formatSpan) }],
    })),
  };
}

function formatSpan({ traceId, spanId, parentId, name, kind, start, end, attributes, error }: Span): Json {
  return {
    traceId,
    spanId,
    ...(parentId === null ? {} : { parentSpanId: parentId }),
    flags: FLAGS_SAMPLED,
    name,
    kind: KINDS[kind],
    startTimeUnixNano: `${Math.floor(start)}000`,
    endTimeUnixNano: `${Math.floor(end)}000`,
    attributes: formatAttributes(error === null ? attributes : { ...attributes, 'error.type': error }),
    status: error === null ? {} : { code: STATUS_ERROR },
  };
}

function formatAttributes(attributes: SpanAttributes): Json {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: formatValue(value) }));
}

function formatValue(value: string | number | boolean): Json {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
