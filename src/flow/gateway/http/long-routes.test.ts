import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longRoutes } from './long-routes.ts';

test('longRoutes() makes out routes by method and path, parameters and a rest among them', () => {
  const isLong = longRoutes(['POST /v1/query', 'GET /v1/views/:view', 'GET /v1/a.b/*']);
  const asked: readonly (readonly [string, string, boolean])[] = [
    ['POST', '/v1/query', true],
    ['POST', '/v1/query?format=csv', true],
    ['GET', '/v1/query', false],
    ['POST', '/v1/queryx', false],
    ['POST', '/v1/query/x', false],
    ['GET', '/v1/views/climate?limit=1', true],
    ['GET', '/v1/views', false],
    ['GET', '/v1/views/', false],
    ['GET', '/v1/views/climate/more', false],
    ['GET', '/v1/a.b/c/d', true],
    ['GET', '/v1/axb/c', false],
    ['GET', '/x?POST /v1/query', false],
  ];
  for (const [method, url, expected] of asked) assert.equal(isLong(method, url), expected, `${method} ${url}`);
  assert.equal(longRoutes([])('POST', '/v1/query'), false);
});
