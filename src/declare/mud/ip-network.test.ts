import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInAny, isInNetwork, LOCAL_NETWORKS, parseIp, parseNetwork } from './ip-network.ts';

test('parseIp() reads addresses in every written form and nothing else', () => {
  const hex = (text: string): string | undefined => parseIp(text)?.toHex();
  assert.equal(hex('192.168.0.255'), 'c0a800ff');
  assert.equal(hex('::'), '0'.repeat(32));
  assert.equal(hex('fe80::1'), `fe80${'0'.repeat(27)}1`);
  assert.equal(hex('2001:db8:0:0:1:0:0:1'), '20010db8000000000001000000000001');
  assert.equal(hex('::ffff:10.0.0.1'), `${'0'.repeat(20)}ffff0a000001`);
  for (const no of [
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::',
  ])
    assert.equal(parseIp(no), null, no);
});

test('isInNetwork() compares as many bits as the network has', () => {
  const inside = (address: string, network: string): boolean => isInNetwork(parseIp(address)!, parseNetwork(network)!);
  assert.ok(inside('172.31.255.1', '172.16.0.0/12'));
  assert.ok(!inside('172.32.0.1', '172.16.0.0/12'));
  assert.ok(inside('febf::1', 'fe80::/10') && !inside('fec0::1', 'fe80::/10'));
  assert.ok(inside('1.2.3.4', '0.0.0.0/0') && !inside('::1', '0.0.0.0/0'));
  assert.ok(inside('1.2.3.4', '1.2.3.4') && !inside('1.2.3.5', '1.2.3.4'));
  assert.ok(isInAny(parseIp('192.168.7.7')!, LOCAL_NETWORKS) && !isInAny(parseIp('8.8.8.8')!, LOCAL_NETWORKS));
  for (const no of ['1.2.3.4/33', '1.2.3.4/', '1.2.3.4/8/8', 'here/8']) assert.equal(parseNetwork(no), null, no);
});
