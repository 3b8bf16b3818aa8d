import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplayWindow } from './replay-window.ts';

test('ReplayWindow takes each nonce once until its time is over', () => {
  const window = new ReplayWindow();
  assert.equal(window.use('a', 10, 0), 'first');
  assert.equal(window.use('a', 10, 9), 'again');
  assert.equal(window.use('b', 10, 9), 'first');
  assert.equal(window.use('a', 20, 10), 'first');
});

test('ReplayWindow that is full takes nothing more, and forgets what is over', () => {
  const window = new ReplayWindow(3);
  for (const nonce of ['a', 'b', 'c']) assert.equal(window.use(nonce, 10, 0), 'first');
  assert.equal(window.use('d', 10, 5), 'full');
  assert.equal(window.use('a', 10, 5), 'again');
  assert.equal(window.use('d', 20, 10), 'first');
});
