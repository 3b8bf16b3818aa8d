import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceBaseline } from './device-judge.ts';
import { peerGroup } from './peer-group.ts';

const baseline = (device: string, centre: number): DeviceBaseline => ({
  device,
  stream: 's',
  since: 0,
  until: 1,
  readings: 9,
  fields: [{ name: 'x', unit: null, centre, spread: 0.5 }],
  detectors: [],
  behaviour: { asItself: null, asPeers: null, asType: null },
});

test('peerGroup() says where a device stands among the others', () => {
  const others = [10, 11, 12, 9, 10].map((centre, i) => baseline(`d${i}`, centre));
  const own = baseline('odd', 40);
  const group = peerGroup(own, [...others, own]);
  assert.deepEqual([group?.devices, group?.fields[0]?.centre], [5, 10]);
  assert.ok((group?.fields[0]?.position ?? 0) > 15);
  assert.ok(Math.abs(peerGroup(others[0]!, others)?.fields[0]?.position ?? 9) < 1);
});

test('peerGroup() makes no group of one or two', () => {
  assert.equal(peerGroup(baseline('a', 1), [baseline('a', 1), baseline('b', 1), baseline('c', 1)]), null);
});
