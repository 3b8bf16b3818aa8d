import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionCount } from './connection-count.ts';

test('ConnectionCount lets as many in as the limit says, over all that share it', () => {
  const memory = new SharedArrayBuffer(8);
  const [a, b] = [new ConnectionCount(memory), new ConnectionCount(memory)];
  assert.equal(a.take(2), true);
  assert.equal(b.take(2), true);
  assert.equal(a.take(2), false);
  assert.equal(b.open, 2);
  b.give();
  assert.equal(a.take(2), true);
  assert.equal(a.strangers.take(1), true);
  assert.equal(b.strangers.take(1), false);
  b.strangers.give();
  assert.equal(b.strangers.take(1), true);
  assert.equal(a.open, 2, 'strangers are counted beside');
});
