import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from '#base/core/index.ts';
import { bodyHint, bodyValidator } from './body-validator.ts';
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

  it('hints at what the body is to be', () => {
    const schema = Type.Object({ name: Type.String(), days: Type.Optional(Type.Integer()) });
    assert.match(bodyHint(schema), /^Of the body: it must have `name`; it may have `days`\. /);
    assert.match(bodyHint(Type.Object({})), /^Of the body: it is an empty object\. /);
    assert.match(bodyHint(undefined), /^Send JSON as application\/json/);
    const many = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`p${i}`, Type.Optional(Type.String())]));
    assert.ok(bodyHint(Type.Object(many)).length < 400);
  });

  it('the schema of every route is a schema, and compiles', async () => {
    const meta = new Ajv2020({ validateFormats: false });
    for (const { method, path, body } of ROUTES) {
      if (body === undefined) continue;
      assert.equal(meta.validateSchema(body), true, `${method} ${path}`);
      await assert.rejects(bodyValidator(body)(0), TypeError);
    }
  });
});
