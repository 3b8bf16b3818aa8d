import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressPrefix } from './address-prefix.ts';

test('addressPrefix() keeps 24 bits of IPv4 and 48 of IPv6', () => {
  for (const [address, prefix] of [
    ['192.0.2.17', '192.0.2.0/24'],
    ['::ffff:192.0.2.17', '192.0.2.0/24'],
    ['2001:db8:12:34::1', '2001:db8:12::/48'],
    ['2001:0db8::1', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['1:2:3:4:5:6:7:8', '1:2:3::/48'],
    ['not an address', 'unknown'],
    [undefined, 'unknown'],
  ] as const) {
    assert.equal(addressPrefix(address), prefix);
  }
});
