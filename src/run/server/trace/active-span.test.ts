import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis, PlatformError } from '#base/core/index.ts';
import type { Span } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { ActiveSpan, errorWord, traced } from './active-span.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

function start() {
  const spans: Span[] = [];
  const clock = frozenClock();
  const parts = { clock, random: seededRandom(1), emit: (span: Span) => void spans.push(span) };
  const begin = { service: 'control', traceId: TRACE, parentId: null, name: 'GET /a', kind: 'server' } as const;
  return { spans, clock, root: new ActiveSpan(parts, begin) };
}

test('ActiveSpan tells of itself once, with its times, and is what its children are part of', () => {
  const { spans, clock, root } = start();
  const child = root.child('decide', { a: 1 });
  clock.advance(millis(5));
  child.set({ b: true });
  child.end('POLICY_DENIED');
  child.end();
  root.taken('query', 'run', micros(1), micros(2));
  root.end();
  assert.deepEqual(
    spans.map(({ service, name, kind, error }) => [service, name, kind, error]),
    [
      ['control', 'decide', 'internal', 'POLICY_DENIED'],
      ['query', 'run', 'server', null],
      ['control', 'GET /a', 'server', null],
    ],
  );
  const [decide, run, request] = spans;
  assert.deepEqual([decide?.parentId, run?.parentId, request?.parentId], [request?.spanId, request?.spanId, null]);
  assert.deepEqual(decide?.attributes, { a: 1, b: true });
  assert.equal((decide?.end ?? 0) - (decide?.start ?? 0), 5_000);
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 3);
  for (const { spanId, traceId } of spans) assert.ok(/^[0-9a-f]{16}$/.test(spanId) && traceId === TRACE);
});

test('traced() takes a step with or without a trace, and passes on what it comes to', async () => {
  const { spans, root } = start();
  assert.equal(await traced(null, 'plan', (span) => span ?? 'untraced'), 'untraced');
  assert.equal(await traced(root, 'plan', () => 7), 7);
  const fault = new PlatformError('QUERY_FAILED', 'Cannot run');
  await assert.rejects(
    traced(root, 'execute', async () => {
      throw fault;
    }),
    fault,
  );
  assert.deepEqual(
    spans.map(({ name, error }) => [name, error]),
    [
      ['plan', null],
      ['execute', 'QUERY_FAILED'],
    ],
  );
});

test('errorWord() shows codes of ours and nothing of other errors', () => {
  assert.equal(errorWord(new PlatformError('QUERY_FAILED', 'select 1')), 'QUERY_FAILED');
  assert.equal(errorWord(new TypeError('secret')), 'fault');
  assert.equal(errorWord('secret'), 'fault');
});
