import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathPattern } from './path-pattern.ts';

test('pathPattern() takes a parameter for one part, a rest for all, and everything else by its letters', () => {
  const matches = (path: string, target: string): boolean => new RegExp(`^${pathPattern(path)}$`).test(target);
  assert.ok(matches('/v1/views/:view', '/v1/views/climate'));
  assert.ok(!matches('/v1/views/:view', '/v1/views/climate/rows'));
  assert.ok(!matches('/v1/views/:view', '/v1/views/'));
  assert.ok(matches('/v1/tile/*', '/v1/tile/0/x001/002'));
  assert.ok(!matches('/v1/tile/*', '/v1/tile/0?x'));
  assert.ok(!matches('/v1/openapi.json', '/v1/openapi-json'));
});
