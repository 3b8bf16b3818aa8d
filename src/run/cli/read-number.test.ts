import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCount, readPort } from './read-number.ts';

test('readCount() takes whole numbers within bounds and nothing else', () => {
  assert.equal(readCount('12', '--days', 1, 20), 12);
  for (const word of ['', '0', '21', '1.5', '-3', '1e1', 'ten', '99999999999999999999']) {
    assert.throws(() => readCount(word, '--days', 1, 20), { code: 'CLI_USAGE' }, word);
  }
});

test('readPort() takes ports, 0 for a free one', () => {
  assert.equal(readPort('0', '--listen'), 0);
  assert.equal(readPort('65535', '--listen'), 65_535);
  assert.throws(() => readPort('65536', '--listen'), { code: 'CLI_USAGE' });
});
