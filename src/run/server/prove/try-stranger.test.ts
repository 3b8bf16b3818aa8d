import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryStranger } from './try-stranger.ts';

test('tryStranger() sees another device told soon, and none where it is the same', () => {
  const { itself, strangerAfter } = tryStranger();
  assert.ok(itself === 0 && strangerAfter !== null && strangerAfter <= 96);
  assert.deepEqual(tryStranger(4), { itself: 0, strangerAfter: null });
});
