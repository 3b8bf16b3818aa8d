import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireNothingLeft } from './require-nothing-left.ts';

test('requireNothingLeft() names every place in which something is left', () => {
  requireNothingLeft([{ where: 'objects', found: 0 }]);
  const looked = [
    { where: 'objects', found: 2 },
    { where: 'keys', found: 0 },
    { where: 'answers', found: 1 },
  ];
  assert.throws(() => requireNothingLeft(looked), {
    code: 'SERVER_ERASURE_INCOMPLETE',
    message: 'Cannot certify an erasure: 2 left in objects, 1 left in answers',
  });
});
