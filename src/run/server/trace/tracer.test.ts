import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTrace } from '#base/core/index.ts';
import type { Span } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { Tracer } from './tracer.ts';

const THEIRS = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

function start(sample: number | null) {
  const random = seededRandom(7);
  const spans: Span[] = [];
  const tracer = new Tracer({
    clock: frozenClock(),
    random,
    rules: () => (sample === null ? undefined : { endpoint: 'https://c.example/', headers: null, sample }),
    emit: (span) => spans.push(span),
  });
  const begin = (traceparent?: string, may = true) => {
    const { traceId, spanId } = makeTrace(random);
    const trace = tracer.begin({ gateway: `${traceId}-${spanId}`, traceparent, may: () => may, name: 'GET /a' });
    return { trace, traceId, spanId };
  };
  return { tracer, spans, begin };
}

test('Tracer takes a share of requests by chance', () => {
  const { begin } = start(0.25);
  const taken = Array.from({ length: 2_000 }, () => begin()).filter(({ trace }) => trace !== null).length;
  assert.ok(taken > 400 && taken < 600, String(taken));
  assert.equal(start(0).begin().trace, null);
  assert.notEqual(start(1).begin().trace, null);
  assert.equal(start(null).begin(`00-${THEIRS}-${PARENT}-01`).trace, null);
});

test('Tracer goes on with the trace of a caller who may, and begins one of its own for everybody else', () => {
  const { spans, begin } = start(0);
  const own = begin(`00-${THEIRS}-${PARENT}-01`);
  assert.equal(own.trace?.answer, `${THEIRS}-${PARENT}`);
  own.trace?.span.end();
  assert.deepEqual([spans[0]?.traceId, spans[0]?.parentId], [THEIRS, own.spanId]);
  assert.equal(begin(`00-${THEIRS}-${PARENT}-01`, false).trace, null);
  assert.equal(begin(`00-${THEIRS}-${PARENT}-00`).trace, null);
  assert.equal(begin('nonsense').trace, null);
  const sampled = start(1).begin(`00-${THEIRS}-${PARENT}-01`, false);
  assert.equal(sampled.trace?.answer, `${sampled.traceId}-`);
});

test('Tracer traces nothing that did not come through a gateway that traces', () => {
  const { tracer } = start(1);
  for (const gateway of [undefined, '', THEIRS, `${THEIRS}-`, `${THEIRS}-${PARENT}x`]) {
    assert.equal(tracer.begin({ gateway, traceparent: undefined, may: () => true, name: 'GET /a' }), null);
  }
});
