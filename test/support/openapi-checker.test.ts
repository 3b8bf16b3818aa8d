import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenApiChecker } from './openapi-checker.ts';

const DOCUMENT = {
  paths: {
    '/a': {
      get: {
        responses: {
          '200': {
            content: {
              'application/json': {
                schema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
              },
            },
          },
          '404': { $ref: '#/components/responses/Gone' },
        },
      },
    },
  },
  components: { schemas: {}, responses: { Gone: { content: { 'text/plain': {} } } } },
};
const answer = (status: number, body: string, type = 'application/json') => ({
  status,
  headers: { 'content-type': type },
  body: Buffer.from(body),
});

test('OpenApiChecker takes what is described and refuses all else', () => {
  const checker = new OpenApiChecker(DOCUMENT);
  checker.check('get /a', answer(404, 'no', 'text/plain; charset=utf-8'));
  assert.equal(checker.succeeded.size, 0);
  checker.check('get /a', answer(200, '{"n":1}'));
  assert.deepEqual([...checker.succeeded], checker.operations);
  for (const wrong of [
    answer(200, '{}'),
    answer(200, '{"n":"1"}'),
    answer(200, '{"n":1,"m":2}'),
    answer(200, '{"n":1}', 'text/plain'),
    answer(201, '{"n":1}'),
  ]) {
    assert.throws(() => checker.check('get /a', wrong), assert.AssertionError);
  }
  assert.throws(() => checker.check('post /a', answer(200, '{"n":1}')));
});
