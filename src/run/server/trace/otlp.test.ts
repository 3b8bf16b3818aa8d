import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Span } from '#base/core/index.ts';
import { requirePython } from '../../../../test/support/outside.ts';
import { formatOtlp } from './otlp.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const START = micros(1_767_225_600_000_001);
const SPANS: readonly Span[] = [
  {
    service: 'control',
    traceId: TRACE,
    spanId: 'b7ad6b7169203331',
    parentId: '00f067aa0ba902b7',
    name: 'GET /v1/views',
    kind: 'server',
    start: START,
    end: micros(START + 1_500),
    attributes: { 'http.route': '/v1/views', 'http.response.status_code': 200, traced: true, share: 0.5 },
    error: null,
  },
  {
    service: 'gateway',
    traceId: TRACE,
    spanId: '00f067aa0ba902b7',
    parentId: null,
    name: 'GET',
    kind: 'internal',
    start: START,
    end: START,
    attributes: {},
    error: 'broken-off',
  },
];

test('formatOtlp() writes ids in hex, times in nanoseconds as text and values by their type', () => {
  const request = formatOtlp(SPANS, { 'service.version': '1' }) as unknown as {
    resourceSpans: { resource: object; scopeSpans: { spans: object[] }[] }[];
  };
  const [control, gateway] = request.resourceSpans;
  assert.deepEqual(control?.resource, {
    attributes: [
      { key: 'service.name', value: { stringValue: 'weir-control' } },
      { key: 'service.version', value: { stringValue: '1' } },
    ],
  });
  assert.deepEqual(control?.scopeSpans[0]?.spans, [
    {
      traceId: TRACE,
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      flags: 1,
      name: 'GET /v1/views',
      kind: 2,
      startTimeUnixNano: '1767225600000001000',
      endTimeUnixNano: '1767225600001501000',
      attributes: [
        { key: 'http.route', value: { stringValue: '/v1/views' } },
        { key: 'http.response.status_code', value: { intValue: '200' } },
        { key: 'traced', value: { boolValue: true } },
        { key: 'share', value: { doubleValue: 0.5 } },
      ],
      status: {},
    },
  ]);
  assert.partialDeepStrictEqual(gateway?.scopeSpans[0]?.spans[0], {
    status: { code: 2 },
    attributes: [{ key: 'error.type', value: { stringValue: 'broken-off' } }],
  });
});

/** The published messages judge names, types and numbers; ids are in hex where their JSON form has base64. */
const READ = `
import base64, json, sys
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
document = json.load(sys.stdin)
for resource in document['resourceSpans']:
    for scope in resource['scopeSpans']:
        for span in scope['spans']:
            for name in ('traceId', 'spanId', 'parentSpanId'):
                if name in span: span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
request = json_format.ParseDict(document, ExportTraceServiceRequest())
print(json.dumps([[span.trace_id.hex(), span.span_id.hex(), span.name, span.kind, span.status.code,
  span.end_time_unix_nano - span.start_time_unix_nano, len(span.attributes)]
  for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans]))
`;

test('formatOtlp() is what the published messages read', (t) => {
  const python = requirePython(t, 'google.protobuf', 'opentelemetry.proto');
  const input = JSON.stringify(formatOtlp(SPANS, { 'service.version': '1' }));
  const { stdout, stderr, status } = spawnSync(python, ['-c', READ], { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [
    [TRACE, 'b7ad6b7169203331', 'GET /v1/views', 2, 0, 1_500_000, 4],
    [TRACE, '00f067aa0ba902b7', 'GET', 1, 2, 0, 1],
  ]);
});
