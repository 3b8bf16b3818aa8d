import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from '#base/core/index.ts';
import { bodyValidator } from './body-validator.ts';
import { ROUTES } from './routes.ts';

const check = bodyValidator(
  Type.Object(
    {
      name: Type.String(),
      days: Type.Optional(Type.Integer({ minimum: 1 })),
      kind: Type.Optional(Type.Enum(['a', 'b'])),
    },
    { additionalProperties: false },
  ),
);

describe('bodyValidator', () => {
  it('takes what fits as it is', async () => {
    const body = { name: 'a', days: 3 };
    await check(body);
    assert.deepEqual(body, { name: 'a', days: 3 });
  });

  for (const [what, body, message] of [
    ['a number for text', { name: 1 }, 'body/name must be string'],
    ['text for a number', { name: 'a', days: '3' }, 'body/days must be integer'],
    ['what is out of range', { name: 'a', days: 0 }, 'body/days must be >= 1'],
    ['an unknown property', { name: 'a', more: 1 }, 'body must have no property "more"'],
    ['a word that is none of those', { name: 'a', kind: 'c' }, 'body/kind must be one of a, b'],
    ['nothing', null, 'body must be object'],
  ] as const) {
    it(`refuses ${what} and says where`, async () => {
      await assert.rejects(check(body), { message });
    });
  }

  it('the schema of every route is a schema, and compiles', async () => {
    const meta = new Ajv2020({ validateFormats: false });
    for (const { method, path, body } of ROUTES) {
      if (body === undefined) continue;
      assert.equal(meta.validateSchema(body), true, `${method} ${path}`);
      await assert.rejects(bodyValidator(body)(0), TypeError);
    }
  });
});
