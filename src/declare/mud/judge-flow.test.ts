import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceFlow } from './device-flow.ts';
import { parseNetwork, parseNetworks } from './ip-network.ts';
import { judgeFlow } from './judge-flow.ts';
import type { MudSite } from './judge-flow.ts';
import { ANY_PACKET } from './profile.ts';
import type { MudProfile, MudRule } from './profile.ts';

const SITE: MudSite = { namesSeen: true };
const PORT = (port: number) => ({ from: port, to: port, not: false });

function rule(change: Partial<MudRule>): MudRule {
  return { ...ANY_PACKET, name: 'a', over: 'ipv4', ...change };
}

function profile(from: readonly MudRule[], to: readonly MudRule[] = []): MudProfile {
  const about = { url: 'https://maker.example/lamp', lastUpdate: '2026-01-01T00:00:00Z', cacheValidity: 48 };
  return { ...about, supported: true, systemInfo: null, more: {}, from, to };
}

function flow(change: Partial<DeviceFlow> = {}): DeviceFlow {
  return {
    opened: 'device',
    sent: true,
    received: false,
    etherType: null,
    peerMac: null,
    protocol: 6,
    peerAddress: '93.184.216.34',
    peerNames: ['Cloud.Maker.example.'],
    devicePort: 50_000,
    peerPort: 443,
    icmpType: null,
    icmpCode: null,
    ...change,
  };
}

const CLOUD = rule({ protocol: 6, peerName: 'cloud.maker.example', peerPort: PORT(443), initiated: 'from-device' });

test('judgeFlow() allows what a rule allows and refuses everything else', () => {
  const lamp = profile([CLOUD], [CLOUD]);
  assert.deepEqual(judgeFlow(lamp, flow(), SITE), { allowed: true });
  const others: Record<string, Partial<DeviceFlow>> = {
    'another port': { peerPort: 8443 },
    'another protocol': { protocol: 17 },
    'another name': { peerNames: ['evil.example'] },
    'no name': { peerNames: [] },
    'opened by the peer': { opened: 'peer' },
    IPv6: { peerAddress: '2001:db8::1' },
  };
  for (const [what, change] of Object.entries(others)) {
    assert.deepEqual(judgeFlow(lamp, flow(change), SITE), { allowed: false, way: 'from-device', rule: null }, what);
  }
});

test('judgeFlow() judges both ways', () => {
  const oneWay = profile([CLOUD]);
  assert.deepEqual(judgeFlow(oneWay, flow({ received: true }), SITE), { allowed: false, way: 'to-device', rule: null });
  assert.equal(judgeFlow(profile([CLOUD], [CLOUD]), flow({ received: true }), SITE).allowed, true);
});

test('judgeFlow() takes the first rule that matches', () => {
  const blocked = rule({ name: 'blocked', forwarding: 'drop', peerNetwork: parseNetwork('93.184.0.0/16') });
  assert.deepEqual(judgeFlow(profile([blocked, CLOUD]), flow(), SITE), {
    allowed: false,
    way: 'from-device',
    rule: 'blocked',
  });
  assert.equal(judgeFlow(profile([CLOUD, blocked]), flow(), SITE).allowed, true);
});

test('judgeFlow() knows peers by class, by what the site says or what is local', () => {
  const is = (kind: 'controller' | 'local-networks', value: string | null, address: string, site = SITE): boolean =>
    judgeFlow(profile([rule({ peerClass: { kind, value } })]), flow({ peerAddress: address }), site).allowed;
  const gateway = 'urn:ietf:params:mud:gateway';
  assert.ok(is('local-networks', null, '192.168.1.9') && !is('local-networks', null, '8.8.8.8'));
  assert.ok(is('controller', gateway, '192.168.1.1') && !is('controller', gateway, '8.8.8.8'));
  assert.ok(is('controller', 'urn:ietf:params:mud:dns', '8.8.8.8'));
  const site = { ...SITE, peers: new Map([[gateway, parseNetworks(['8.8.8.8'])]]) };
  assert.ok(is('controller', gateway, '8.8.8.8', site) && !is('controller', gateway, '192.168.1.1', site));
});

test('judgeFlow() takes a peer without a name for the named one only where names are not seen', () => {
  const unseen = { namesSeen: false };
  assert.equal(judgeFlow(profile([CLOUD]), flow({ peerNames: [] }), unseen).allowed, true);
  assert.equal(judgeFlow(profile([CLOUD]), flow({ peerNames: ['evil.example'] }), unseen).allowed, false);
});

test('judgeFlow() tells ICMP types, Ethernet and port ranges', () => {
  const ping = rule({ protocol: 1, icmpType: 8, icmpCode: 0 });
  const icmp = { protocol: 1, devicePort: null, peerPort: null };
  assert.equal(judgeFlow(profile([ping]), flow({ ...icmp, icmpType: 8, icmpCode: 0 }), SITE).allowed, true);
  assert.equal(judgeFlow(profile([ping]), flow({ ...icmp, icmpType: 3, icmpCode: 0 }), SITE).allowed, false);
  const arp = rule({ over: 'ethernet', etherType: 0x0806, peerMac: 'ff:ff:ff:ff:ff:ff' });
  const bare = { protocol: null, peerAddress: null, devicePort: null, peerPort: null, etherType: 0x0806 };
  assert.equal(judgeFlow(profile([arp]), flow({ ...bare, peerMac: 'FF:FF:FF:FF:FF:FF' }), SITE).allowed, true);
  assert.equal(judgeFlow(profile([arp]), flow({ ...bare, etherType: 0x888e }), SITE).allowed, false);
  const range = rule({ peerPort: { from: 400, to: 500, not: false } });
  const except = rule({ peerPort: { from: 443, to: 443, not: true } });
  assert.equal(judgeFlow(profile([range]), flow(), SITE).allowed, true);
  assert.equal(judgeFlow(profile([except]), flow(), SITE).allowed, false);
  assert.equal(judgeFlow(profile([except]), flow({ peerPort: 80 }), SITE).allowed, true);
});

test('judgeFlow() judges a group by what the device sends to it', () => {
  const mdns = rule({ peerNetwork: parseNetwork('224.0.0.251/32'), protocol: 17 });
  const toGroup = flow({ protocol: 17, peerAddress: '224.0.0.251', peerPort: 5353, received: true });
  assert.equal(judgeFlow(profile([mdns]), toGroup, SITE).allowed, true);
});
