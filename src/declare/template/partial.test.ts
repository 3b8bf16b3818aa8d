import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asList } from './partial.ts';

test('asList() makes a list of one, many or none', () => {
  assert.deepEqual(asList('a'), ['a']);
  assert.deepEqual(asList(['a', 'b']), ['a', 'b']);
  assert.deepEqual(asList(undefined), []);
});
