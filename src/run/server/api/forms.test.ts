import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { closed, digest, limitUpTo, orNull, text } from './forms.ts';

test('forms take what they name and nothing else', () => {
  const form = closed({ name: orNull(text), limit: limitUpTo(5, 2) });
  for (const good of [{ name: null }, { name: 'a', limit: 5 }]) assert.equal(Value.Check(form, good), true);
  for (const bad of [{}, { name: 1 }, { name: 'a', limit: 6 }, { name: 'a', more: 1 }]) {
    assert.equal(Value.Check(form, bad), false);
  }
  assert.equal(Value.Check(digest, 'A'.repeat(64)), false);
});
