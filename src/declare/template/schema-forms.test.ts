import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Type } from '#base/core/index.ts';
import { listOf, mapOf, oneOrMany } from './schema-forms.ts';
import { IDENTIFIER_PATTERN, WORD_PATTERN } from './vocabulary.ts';

const plain = (schema: object): unknown => JSON.parse(JSON.stringify(schema));

test('mapOf() bounds the number and the form of names', () => {
  const words = plain(mapOf(Type.Boolean(), WORD_PATTERN, 3, 'd')) as {
    propertyNames: { pattern: string; title: string };
  };
  assert.deepEqual(
    { ...words, propertyNames: words.propertyNames.pattern },
    {
      type: 'object',
      description: 'd',
      propertyNames: WORD_PATTERN,
      additionalProperties: { type: 'boolean' },
      maxProperties: 3,
    },
  );
  assert.match(words.propertyNames.title, /`-`/);
  assert.doesNotMatch(JSON.stringify(mapOf(Type.Boolean(), IDENTIFIER_PATTERN, 3, 'd')), /`-`/);
});

test('listOf() and oneOrMany() bound lists and take no repetition', () => {
  const list = plain(listOf(Type.Boolean(), 't', 'd')) as object;
  assert.deepEqual(list, {
    type: 'array',
    items: { type: 'boolean' },
    title: 't',
    description: 'd',
    minItems: 0,
    maxItems: 256,
    uniqueItems: true,
  });
  const either = plain(oneOrMany(Type.Boolean(), 'things', 'd')) as { anyOf: { type: string }[] };
  assert.deepEqual(
    either.anyOf.map(({ type }) => type),
    ['boolean', 'array'],
  );
});
