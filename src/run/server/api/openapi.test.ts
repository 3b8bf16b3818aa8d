import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Type } from '#base/core/index.ts';
import { openApiDocument, openPath, operationId } from './openapi.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';
import { openApi } from './testing.ts';

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const plain = (routes: readonly Route[]): { readonly paths: Paths } =>
  JSON.parse(JSON.stringify(openApiDocument(routes, '1.2.3'))) as { paths: Paths };

test('openApiDocument() is valid by the official schema of OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(plain(ROUTES));
  assert.deepEqual([valid, errors, validator.version], [true, undefined, '3.1']);
});

test('openApiDocument() has each route once, with what it does, takes and answers', () => {
  const { paths } = plain(ROUTES);
  const ids = new Set<string>();
  for (const route of ROUTES) {
    const name = `${route.method} ${route.path}`;
    const operation = paths[openPath(route.path)]?.[route.method.toLowerCase()];
    assert.ok(operation !== undefined, name);
    assert.ok((route.summary ?? '').length > 0 && !route.summary?.endsWith('.'), `${name} has a summary`);
    assert.ok(route.answer !== undefined, `${name} says what it answers`);
    assert.ok(route.raw !== true || (route.takes ?? []).length > 0, `${name} says what it takes`);
    ids.add(operation.operationId);
  }
  assert.equal(ids.size, ROUTES.length);
});

test('openApiDocument() shows the very schemas that validate', () => {
  const handle = async (): Promise<{ json: unknown }> => ({ json: {} });
  const body = Type.Object({ name: Type.String({ maxLength: 3 }) }, { additionalProperties: false });
  const query = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1 })), from: Type.String() });
  const answer = { status: 201, json: Type.Object({ id: Type.String() }) } as const;
  const path = '/v1/things/:id/parts/*';
  const { paths } = plain([{ method: 'POST', path, summary: 'Make', access: 'within', query, body, answer, handle }]);
  const operation = paths['/v1/things/{id}/parts/{rest}']?.['post'];
  assert.ok(operation !== undefined);
  assert.deepEqual(operation.requestBody?.content['application/json']?.schema, JSON.parse(JSON.stringify(body)));
  assert.deepEqual(
    operation.parameters.map(({ name, in: where, required }) => [name, where, required]),
    [
      ['id', 'path', true],
      ['rest', 'path', true],
      ['limit', 'query', false],
      ['from', 'query', true],
    ],
  );
  assert.ok(operation.responses['201']?.content?.['application/json'] !== undefined);
  for (const status of ['400', '401', '403', '404', '429', '500', '503']) assert.ok(status in operation.responses);
});

test('operationId() tells apart what differs by method or rest alone', () => {
  const ids = [
    ['GET', '/v1/devices'],
    ['POST', '/v1/devices'],
    ['GET', '/v1/devices/:name'],
    ['GET', '/v1/devices/*'],
  ].map(([method, path]) => operationId({ method: method as 'GET', path: path! }));
  assert.deepEqual(ids, ['getDevices', 'postDevices', 'getDevicesName', 'getDevicesRest']);
});

test('GET /v1/openapi.json gives the document to everybody', async (t) => {
  const { call } = await openApi(t);
  const answer = await call('GET', '/v1/openapi.json', { as: 'nobody' });
  assert.equal(answer.status, 200);
  assert.deepEqual(Object.keys(answer.json()['paths'] as object), Object.keys(plain(ROUTES).paths));
});
