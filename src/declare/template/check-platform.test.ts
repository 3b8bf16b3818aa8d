import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';

test('checkPlatform() takes loopback, and other addresses with a name', () => {
  assert.deepEqual(findingsOf('listen: {address: 127.0.0.1, mqtt: 0, https: 0, api: 0}'), []);
  assert.deepEqual(findingsOf('listen: {address: "::1"}'), []);
  assert.deepEqual(findingsOf('listen: {address: 0.0.0.0}\nhosts: [weir.example.com]'), []);
});

test('checkPlatform() refuses other addresses without a name, names as addresses, ports taken twice', () => {
  assert.deepEqual(findingsOf('listen: {address: 0.0.0.0}'), ['TEMPLATE_LISTEN_INVALID 3:19']);
  assert.deepEqual(findingsOf('listen: {address: 10.0.0.1}\nhosts: [localhost, 127.0.0.1]'), [
    'TEMPLATE_LISTEN_INVALID 3:19',
  ]);
  assert.deepEqual(findingsOf('listen: {address: example.com}'), ['TEMPLATE_LISTEN_INVALID 3:19']);
  assert.deepEqual(findingsOf('listen: {mqtt: 9000, api: 9000}'), ['TEMPLATE_LISTEN_INVALID 3:27']);
  assert.deepEqual(findingsOf('listen: {https: 8883}'), ['TEMPLATE_LISTEN_INVALID 3:17']);
});

test('checkPlatform() wants TLS 1.3 for a hybrid key exchange', () => {
  assert.deepEqual(findingsOf('tls: {minimum: 1.2, hybrid: require}'), ['TEMPLATE_VALUE_INVALID 3:16']);
  assert.deepEqual(findingsOf('tls: {minimum: "1.3", hybrid: require}'), []);
  assert.deepEqual(findingsOf('tls: {minimum: 1.1}'), ['TEMPLATE_WORD_UNKNOWN 3:16 ~1.3']);
});

test('checkPlatform() keeps limits between their extremes', () => {
  assert.deepEqual(findingsOf('limits: {payload: 1KiB, depth: 3, keep-alive: 1m}'), []);
  assert.deepEqual(findingsOf('limits: {payload: 1B}'), ['TEMPLATE_VALUE_INVALID 3:19']);
  assert.deepEqual(findingsOf('limits: {keep-alive: 2d}'), ['TEMPLATE_VALUE_INVALID 3:22']);
  assert.deepEqual(findingsOf('limits: {depth: 65}'), ['TEMPLATE_VALUE_INVALID 3:17']);
  assert.deepEqual(findingsOf('limits: {payload: 65536}'), ['TEMPLATE_TYPE_WRONG 3:19']);
});
