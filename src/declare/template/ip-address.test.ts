import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isIpAddress, isLoopback } from './ip-address.ts';

test('isIpAddress() tells addresses from names', () => {
  for (const text of ['127.0.0.1', '0.0.0.0', '255.255.255.255', '::', '::1', '2001:db8::1', '::ffff:10.0.0.1']) {
    assert.equal(isIpAddress(text), true, text);
  }
  for (const text of [
    '',
    'localhost',
    '256.0.0.1',
    '1.2.3',
    '01.2.3.4',
    '::g',
    '1::2::3',
    '[::1]',
    '127.0.0.1 ',
    'a/b',
  ]) {
    assert.equal(isIpAddress(text), false, text);
  }
});

test('isLoopback() holds for this machine only', () => {
  for (const text of ['127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1']) assert.equal(isLoopback(text), true, text);
  for (const text of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::2', 'localhost', '']) {
    assert.equal(isLoopback(text), false, text);
  }
});
