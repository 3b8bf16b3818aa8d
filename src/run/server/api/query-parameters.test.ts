import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { hasCode, Type } from '#base/core/index.ts';
import type { TObject } from '#base/core/index.ts';
import { queryReader } from './query-parameters.ts';

const SCHEMA = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    kind: Type.Optional(Type.String({ maxLength: 4 })),
    all: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

function reader(schema: TObject | undefined) {
  const read = queryReader(schema);
  return (query: Readonly<Record<string, unknown>>) => read(query, (one) => new Ajv().compile(one));
}

test('queryReader() hands on what fits its schema, as the text that came', () => {
  const read = reader(SCHEMA);
  assert.deepEqual(read({}), {});
  assert.deepEqual(read({ limit: '100', kind: '12', all: 'true' }), { limit: '100', kind: '12', all: 'true' });
  assert.deepEqual(read({ limit: ['7', 'x'] }), { limit: '7' });
});

test('queryReader() refuses what does not fit, and names it', () => {
  const read = reader(SCHEMA);
  const wrong: [string, string][] = [
    ['limit', ''],
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '1e2'],
    ['limit', '0x10'],
    ['limit', ' 1'],
    ['limit', '01'],
    ['kind', 'abcde'],
    ['all', 'yes'],
    ['more', '1'],
    ['__proto__', '1'],
    ['constructor', '1'],
  ];
  for (const [name, text] of wrong) {
    const query = Object.fromEntries([[name, text]]);
    assert.throws(
      () => read(query),
      (error: Error) => hasCode(error, 'API_QUERY_INVALID') && error.message.includes(name),
      `${name}=${text}`,
    );
  }
});

test('queryReader() lets everything through for a route that has said nothing', () => {
  assert.deepEqual(reader(undefined)({ a: ['1', '2'] }), { a: '1' });
});
