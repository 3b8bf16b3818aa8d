import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayReach } from './may-reach.ts';

test('mayReach() keeps messages from what is not a receiver', () => {
  const [open, inside, own] = [
    { network: 'public', own: false },
    { network: 'private', own: false },
    { network: 'public', own: true },
  ] as const;
  for (const [address, expected] of [
    ['93.184.215.14', [true, true, false]],
    ['2606:2800:21f:cb07::1', [true, true, false]],
    ['10.1.2.3', [false, true, false]],
    ['192.168.0.9', [false, true, false]],
    ['fd12:3456::1', [false, true, false]],
    ['::ffff:10.0.0.1', [false, true, false]],
    ['127.0.0.1', [false, false, true]],
    ['127.8.8.8', [false, false, true]],
    ['::1', [false, false, true]],
    ['::ffff:127.0.0.1', [false, false, true]],
    ['0.0.0.0', [false, false, false]],
    ['::', [false, false, false]],
    ['169.254.169.254', [false, false, false]],
    ['::ffff:169.254.169.254', [false, false, false]],
    ['fd00:ec2::254', [false, false, false]],
    ['fe80::1', [false, false, false]],
    ['224.0.0.1', [false, false, false]],
    ['255.255.255.255', [false, false, false]],
    ['localhost', [false, false, false]],
  ] as const) {
    assert.deepEqual(
      [open, inside, own].map((reach) => mayReach(address, reach)),
      expected,
      address,
    );
  }
});
