import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Span } from '#base/core/index.ts';
import type { TraceRules } from '#declare/template/index.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { SpanExporter } from './span-exporter.ts';

const RULES: TraceRules = { endpoint: 'https://c.example/v1/traces', headers: 'h', sample: 1 };
const SPAN: Span = {
  service: 'control',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentId: null,
  name: 'GET /a',
  kind: 'server',
  start: micros(1),
  end: micros(2),
  attributes: {},
  error: null,
};

interface Heard {
  readonly address: string;
  readonly authorization: string | null;
  readonly spans: number;
}

/** An exporter with a collector that answers as told; without an answer it cannot be reached. */
function start(t: TestContext, answers: (Response | null)[]) {
  const heard: Heard[] = [];
  const exporter = new SpanExporter({
    clock: frozenClock(),
    log: silentLog,
    rules: () => RULES,
    headers: async (file) => ({ authorization: `from ${file}` }),
    fetch: async (address, init) => {
      const request = JSON.parse(init.body as string) as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] };
      const spans = request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      const authorization = new Headers(init.headers).get('authorization');
      heard.push({ address, authorization, spans: spans.length });
      const answer = answers.shift() ?? null;
      if (answer === null) throw new Error('unreachable');
      return answer;
    },
    resource: {},
  });
  t.after(() => exporter[Symbol.asyncDispose]());
  const add = (count: number): void => {
    for (let i = 0; i < count; i++) exporter.add(SPAN);
  };
  return { exporter, heard, add };
}

test('SpanExporter sends what waits to where the template says, with the fields of its file', async (t) => {
  const { exporter, heard, add } = start(t, [new Response('{}')]);
  add(3);
  await exporter.flush();
  assert.deepEqual(heard, [{ address: RULES.endpoint, authorization: 'from h', spans: 3 }]);
  assert.deepEqual(exporter.counts, { exported: 3, dropped: 0, refused: 0 });
  await exporter.flush();
  assert.equal(heard.length, 1);
});

test('SpanExporter drops and counts what there is no room for, and never waits', async (t) => {
  const { exporter, add } = start(t, []);
  add(5_000);
  const { dropped } = exporter.counts;
  assert.ok(dropped >= 5_000 - 2_048 - 512, String(dropped));
  await exporter.flush();
  add(5_000);
  assert.ok(exporter.counts.dropped >= dropped + 5_000 - 512);
  assert.equal(exporter.counts.exported, 0);
});

test('SpanExporter keeps what may be sent again, and counts what is refused', async (t) => {
  const partial = new Response('{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}');
  const { exporter, heard, add } = start(t, [new Response('', { status: 503 }), null, partial]);
  add(2);
  for (let i = 0; i < 3; i++) await exporter.flush();
  assert.deepEqual(
    heard.map(({ spans }) => spans),
    [2, 2, 2],
  );
  assert.deepEqual(exporter.counts, { exported: 1, dropped: 0, refused: 1 });
  const other = start(t, [new Response('', { status: 400 }), new Response('no json')]);
  other.add(2);
  await other.exporter.flush();
  other.add(1);
  await other.exporter.flush();
  assert.deepEqual(other.exporter.counts, { exported: 1, dropped: 0, refused: 2 });
  assert.deepEqual(other.exporter.families()[0]?.samples[2], { labels: { outcome: 'refused' }, value: 2 });
});

test('SpanExporter keeps nothing while nothing is to be traced', async (t) => {
  const heard: number[] = [];
  const exporter = new SpanExporter({
    clock: frozenClock(),
    log: silentLog,
    rules: () => undefined,
    headers: async () => ({}),
    fetch: async () => {
      heard.push(1);
      return new Response('{}');
    },
    resource: {},
  });
  t.after(() => exporter[Symbol.asyncDispose]());
  exporter.add(SPAN);
  await exporter.flush();
  assert.deepEqual([heard, exporter.counts], [[], { exported: 0, dropped: 0, refused: 0 }]);
});
