import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode, Type } from '#base/core/index.ts';
import { queryReader } from './query-parameters.ts';

const SCHEMA = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    kind: Type.Optional(Type.String({ maxLength: 4 })),
    all: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

test('queryReader() hands on what fits its schema, as the text that came', () => {
  const read = queryReader(SCHEMA);
  assert.deepEqual(read({}), {});
  assert.deepEqual(read({ limit: '100', kind: '12', all: 'true' }), { limit: '100', kind: '12', all: 'true' });
  assert.deepEqual(read({ limit: ['7', 'x'] }), { limit: '7' });
});

test('queryReader() refuses what does not fit, and names it', () => {
  const read = queryReader(SCHEMA);
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

test('queryReader() takes none for a route that has said nothing, and wants what is required', () => {
  assert.deepEqual(queryReader(undefined)({}), {});
  assert.throws(() => queryReader(undefined)({ a: '1' }), {
    code: 'API_QUERY_INVALID',
    hint: 'This route takes no parameters',
  });
  const read = queryReader(Type.Object({ a: Type.String(), b: Type.Optional(Type.Enum(['x', 'y'] as const)) }));
  assert.deepEqual(read({ a: '', b: 'y' }), { a: '', b: 'y' });
  assert.throws(() => read({ b: 'x' }), { code: 'API_QUERY_INVALID', hint: 'This route takes `a`, `b`' });
  assert.throws(() => read({ a: '', b: 'z' }), { message: /one of x, y/ });
});

test('queryReader() refuses a schema that says what it does not check', () => {
  assert.throws(() => queryReader(Type.Object({ a: Type.String({ pattern: 'x' }) })), TypeError);
});
