import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type as TypeBox } from 'typebox';
import { Type } from './schema-type.ts';
import type { Static } from './schema-type.ts';

const READING = (builders: typeof Type) =>
  builders.Object(
    {
      name: builders.String({ title: 'a name' }),
      note: builders.Optional(builders.String({ maxLength: 3 })),
      kind: builders.Enum(['wet', 'dry', 3] as const, { description: 'a word' }),
      bound: builders.Union([builders.Null({ title: 'nothing' }), builders.Number({ minimum: 0 })], {
        title: 'either',
      }),
      counts: builders.Array(builders.Integer(), { minItems: 1 }),
      tags: builders.Record(builders.String(), builders.Array(builders.Boolean()), { maxProperties: 3 }),
      free: builders.Optional(builders.Unsafe<{ a: 1 }>({ type: 'object', additionalProperties: builders.Boolean() })),
    },
    { additionalProperties: false },
  );

test('Type writes the schemas that TypeBox writes', () => {
  // As text: the order of keywords is what the published schema file shows.
  assert.equal(JSON.stringify(READING(Type)), JSON.stringify(READING(TypeBox)));
  for (const schema of [Type.Object({}), Type.Object({ a: Type.Optional(Type.Null()) })])
    assert.equal(Object.hasOwn(schema, 'required'), false);
});

test('Type.Optional() leaves the schema that it is given as it was', () => {
  const word = Type.String();
  Type.Optional(word);
  assert.deepEqual(Object.getOwnPropertyNames(word), ['type']);
});

test('Type gives the type of what a schema describes', () => {
  const reading: Static<ReturnType<typeof READING>> = {
    name: '',
    kind: 3,
    bound: null,
    counts: [],
    tags: { a: [true] },
  };
  // @ts-expect-error a required property is missing
  const partial: Static<ReturnType<typeof READING>> = { name: '' };
  assert.ok(reading && partial);
});
