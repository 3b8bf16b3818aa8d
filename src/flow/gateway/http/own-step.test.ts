import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { Span } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { seededRandom } from '../../../../test/support/seeded-random.ts';
import { OwnStep } from './own-step.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

function answered(
  said: string | undefined,
  method = 'GET',
  reply = { statusCode: 200, writableFinished: true },
): Span[] {
  const spans: Span[] = [];
  const step = new OwnStep({ clock: frozenClock(), random: seededRandom(1), traced: (span) => spans.push(span) });
  const response = Object.assign(new EventEmitter(), reply);
  step.answered(said === undefined ? {} : { 'x-weir-trace': said }, method, response as never);
  assert.deepEqual(spans, []);
  response.emit('close');
  return spans;
}

test('OwnStep is told of where control says that the request is traced, and else not', () => {
  assert.equal(answered(`${TRACE}-`)[0]?.parentId, null);
  assert.equal(answered(`${TRACE}-b7ad6b7169203331`)[0]?.parentId, 'b7ad6b7169203331');
  for (const said of [undefined, '', TRACE, `${TRACE}-1`, `${TRACE.slice(1)}-`]) assert.deepEqual(answered(said), []);
});

test('OwnStep names methods of a closed set alone, and says what broke off or failed', () => {
  assert.equal(answered(`${TRACE}-`, 'BREW')[0]?.attributes['http.request.method'], '_OTHER');
  assert.equal(answered(`${TRACE}-`, 'GET', { statusCode: 503, writableFinished: true })[0]?.error, '503');
  assert.equal(answered(`${TRACE}-`, 'GET', { statusCode: 404, writableFinished: true })[0]?.error, null);
  assert.equal(answered(`${TRACE}-`, 'GET', { statusCode: 200, writableFinished: false })[0]?.error, 'broken-off');
});
