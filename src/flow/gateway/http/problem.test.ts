import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASON } from '#flow/ingest/index.ts';
import { TRY_LATER, problemOf, sendJson, sendProblem } from './problem.ts';
import { serve } from './testing.ts';

test('a problem is a document of its own type, and says when to come again', async () => {
  await using server = await serve((request, response) => {
    if (request.url === '/later') sendProblem(response, TRY_LATER, { more: 1 });
    else if (request.url === '/range') sendProblem(response, problemOf(REASON.range), {}, true);
    else sendJson(response, 202, { ok: true });
  });
  const later = await server.ask('GET', '/later');
  assert.deepEqual([later.status, later.headers['retry-after']], [503, '1']);
  assert.equal(later.headers['content-type'], 'application/problem+json');
  assert.partialDeepStrictEqual(JSON.parse(later.body), {
    type: 'about:blank',
    reason: 'try-later',
    status: 503,
    more: 1,
  });
  const range = await server.ask('GET', '/range');
  assert.deepEqual([range.status, range.headers['retry-after'], range.headers.connection], [422, undefined, 'close']);
  const ok = await server.ask('GET', '/');
  assert.deepEqual([ok.status, ok.body], [202, '{"ok":true}\n']);
});
