import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceFlowOf, directionOf, protocolName, protocolNumber } from './flow-reading.ts';
import { outFlow } from '../../../test/support/out-flow.ts';

test('deviceFlowOf() turns ends into device and peer', () => {
  const out = deviceFlowOf(outFlow({ peer_name: 'Cloud.example.' }));
  assert.deepEqual(
    [out.opened, out.peerAddress, out.peerPort, out.devicePort, out.peerNames, out.protocol],
    ['device', '93.184.216.34', 443, 50_000, ['cloud.example'], 6],
  );
  const into = deviceFlowOf(
    outFlow({ direction: 'in', source_packets: 2, destination_packets: 0, destination_bytes: 0 }),
  );
  assert.deepEqual(
    [into.opened, into.peerAddress, into.devicePort, into.sent, into.received],
    ['peer', '192.168.1.7', 443, false, true],
  );
});

test('deviceFlowOf() has types of ICMP instead of ports', () => {
  const ping = deviceFlowOf(outFlow({ protocol: 'icmp', source_port: 8, destination_port: 0 }));
  assert.deepEqual([ping.icmpType, ping.devicePort, ping.peerPort], [8, null, null]);
});

test('protocols have names and numbers, and ends are local or not', () => {
  assert.deepEqual(['tcp', '47', '999', 'x'].map(protocolNumber), [6, 47, null, null]);
  assert.deepEqual([17, 47].map(protocolName), ['udp', '47']);
  assert.deepEqual(
    [directionOf('10.0.0.1', '8.8.8.8'), directionOf('8.8.8.8', 'fd00::1'), directionOf('8.8.8.8', null)],
    ['out', 'in', null],
  );
});
