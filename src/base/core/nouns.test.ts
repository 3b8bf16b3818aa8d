import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASSES, stricterClass } from './nouns.ts';

test('stricterClass() takes the later one, in either order', () => {
  for (const [at, a] of CLASSES.entries()) {
    for (const [other, b] of CLASSES.entries()) {
      assert.equal(stricterClass(a, b), CLASSES[Math.max(at, other)]);
    }
  }
});
