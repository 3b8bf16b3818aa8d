import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipfixFlow } from './ipfix-flow.ts';

const BASE = {
  flowStartMilliseconds: 1_700_000_000_500,
  flowEndMilliseconds: '2023-11-14T22:13:22Z',
  sourceIPv4Address: '192.168.1.7',
  destinationIPv4Address: '93.184.216.34',
  protocolIdentifier: 6,
  sourceTransportPort: 50_000,
  destinationTransportPort: 443,
  octetDeltaCount: 100,
  reverseOctetDeltaCount: 200,
  packetDeltaCount: 3,
  flowEndReason: 3,
};
const of = (change: Record<string, unknown>) => ipfixFlow(new Map(Object.entries({ ...BASE, ...change })));

/** What is wrong with a record; empty where nothing is. */
function faultOf(change: Record<string, unknown>): string {
  const record = of(change);
  return typeof record === 'string' ? record : '';
}

test('ipfixFlow() reads the names of information elements', () => {
  const record = of({});
  assert.ok(typeof record === 'object' && record.kind === 'flow');
  const { flow } = record;
  assert.deepEqual(
    [flow.time, flow.duration, flow.protocol, flow.direction, flow.source_bytes, flow.destination_bytes, flow.state],
    [1_700_000_000.5, 1.5, 'tcp', 'out', 100, 200, '3'],
  );
});

test('ipfixFlow() takes the direction that is told, IPv6, and ICMP', () => {
  const record = of({
    flowDirection: 0,
    sourceIPv4Address: undefined,
    sourceIPv6Address: 'fe80::1',
    protocolIdentifier: 58,
    icmpTypeCodeIPv6: 128 << 8,
  });
  assert.ok(typeof record === 'object' && record.kind === 'flow');
  assert.deepEqual(
    [record.flow.direction, record.flow.source_address, record.flow.protocol, record.flow.source_port],
    ['in', 'fe80::1', 'icmp6', 128],
  );
});

test('ipfixFlow() says what is missing or of another type', () => {
  assert.match(faultOf({ flowStartMilliseconds: undefined }), /no time/);
  assert.match(faultOf({ flowStartMilliseconds: 'soon' }), /`soon`, which is no time/);
  assert.match(faultOf({ protocolIdentifier: 300 }), /`protocolIdentifier` is `300`/);
  assert.match(faultOf({ destinationIPv4Address: undefined }), /destinationIPv4Address/);
});
