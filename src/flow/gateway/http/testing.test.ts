import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from './testing.ts';

test('serve() answers with what the listener writes', async () => {
  await using server = await serve((request, response) => response.end(`${request.method} ${request.url}`));
  assert.equal((await server.ask('PUT', '/x')).body, 'PUT /x');
});
