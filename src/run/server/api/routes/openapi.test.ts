import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES } from '../routes.ts';
import { openApiRoutes } from './openapi.ts';

test('openApiRoutes() describes the routes that there are when it is asked', async () => {
  const described = ROUTES.slice(0, 2).map(({ path }) => path);
  const [route] = openApiRoutes(() => ROUTES.slice(0, 2));
  const reply = await route?.handle(undefined as never, undefined as never);
  assert.ok(reply !== undefined && 'json' in reply);
  const { paths } = reply.json as { paths: object };
  assert.deepEqual(Object.keys(paths).sort(), ['/v1/streams/{stream}', ...described].sort());
});
