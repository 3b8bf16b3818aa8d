import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#base/core/index.ts';
import type { MudRule } from './profile.ts';
import { readRule } from './read-rule.ts';

function read(matches: Json, way: 'from' | 'to' = 'from', type = 'ipv4-acl-type'): Partial<MudRule> {
  const value = { name: 'a', matches, actions: { forwarding: 'ietf-access-control-list:accept' } };
  const rule = readRule({ at: '', value }, type, way);
  return Object.fromEntries(
    Object.entries(rule).filter(([name, one]) => one !== null && !['name', 'forwarding'].includes(name)),
  );
}

const NONE = { over: 'ipv4', unjudged: {} } as const;

test('readRule() turns source and destination into device and peer', () => {
  const ports = { 'source-port': { port: 1 }, 'destination-port': { operator: 'gte', port: 1024 } };
  const tcp = { ipv4: { protocol: 6, 'source-ipv4-network': '10.0.0.1/32' }, tcp: ports };
  const from = read(tcp);
  assert.deepEqual(
    [from.devicePort, from.peerPort],
    [
      { from: 1, to: 1, not: false },
      { from: 1024, to: 65_535, not: false },
    ],
  );
  assert.deepEqual([from.deviceNetwork?.text, from.peerNetwork], ['10.0.0.1/32', undefined]);
  const to = read(tcp, 'to');
  assert.deepEqual([to.peerPort, to.devicePort], [from.devicePort, from.peerPort]);
  assert.deepEqual([to.peerNetwork?.text, to.deviceNetwork], ['10.0.0.1/32', undefined]);
});

test('readRule() takes names of its own side only, and leaves the rest to be written again', () => {
  const ipv4 = { 'ietf-acldns:dst-dnsname': 'A.example.', 'ietf-acldns:src-dnsname': 'b.example' };
  assert.deepEqual(read({ ipv4 }), {
    ...NONE,
    peerName: 'a.example',
    unjudged: { ipv4: { 'ietf-acldns:src-dnsname': 'b.example' } },
  });
  assert.deepEqual(read({ ipv4: {}, 'egress-interface': 'eth0' }), {
    ...NONE,
    unjudged: { 'egress-interface': 'eth0' },
  });
});

test('readRule() knows the protocol from ports and ICMP types where it is not named', () => {
  const port = { 'destination-port': { port: 53 } };
  assert.equal(read({ udp: port }).protocol, 17);
  assert.equal(read({ tcp: port }).protocol, 6);
  assert.equal(read({ icmp: { type: 8 } }).protocol, 1);
  assert.equal(read({ ipv6: {}, icmp: { type: 128 } }).protocol, 58);
});

test('readRule() takes classes, EtherTypes and a port given as range and operator', () => {
  assert.deepEqual(read({ 'ietf-mud:mud': { 'same-manufacturer': [null] } }).peerClass, {
    kind: 'same-manufacturer',
    value: null,
  });
  assert.equal(read({ eth: { ethertype: '0x0806' } }, 'from', 'ethernet-acl-type').etherType, 0x0806);
  assert.equal(read({ eth: { ethertype: 'ipv6' } }, 'from', 'eth-acl-type').over, 'ethernet');
  const both = { 'lower-port': 5, 'upper-port': 9, operator: 'eq', port: 7 };
  assert.deepEqual(read({ udp: { 'destination-port': both } }).peerPort, { from: 5, to: 9, not: false });
  assert.deepEqual(read({ udp: { 'source-port': { operator: 'neq', port: 7 } } }).devicePort, {
    from: 7,
    to: 7,
    not: true,
  });
});
