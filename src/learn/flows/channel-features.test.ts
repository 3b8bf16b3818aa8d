import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outFlow } from '../../../test/support/out-flow.ts';
import { CHANNEL_FEATURES, channelWindows } from './channel-features.ts';
import type { FlowReading } from './flow-reading.ts';

const of = (flows: readonly FlowReading[]) =>
  channelWindows(flows).map((window) => ({
    ...window,
    named: Object.fromEntries(CHANNEL_FEATURES.map((name, i) => [name, window.values[i]!])),
  }));
const beacon = (change: Partial<FlowReading> = {}): FlowReading[] =>
  Array.from({ length: 20 }, (_, i) =>
    outFlow({ time: 6_000 + 10 * i, destination_bytes: 0, destination_packets: 0, source_bytes: 50, ...change }),
  );

test('channelWindows() tells a beacon from calls at random', () => {
  const [window, ...others] = of(beacon());
  assert.equal(others.length, 0);
  assert.ok(Math.abs(window!.named['median-interval']! - Math.log1p(10)) < 1e-9);
  assert.deepEqual(
    [
      window!.named['irregularity'],
      window!.named['unanswered-share'],
      window!.named['balance'],
      window!.named['is-local'],
    ],
    [0, 1, 1, 0],
  );
  assert.equal(window!.flows.length, 20);
  const irregular = beacon().map((flow, i) => ({ ...flow, time: 6_000 + i * i }));
  assert.ok(of(irregular)[0]!.named['irregularity']! > 0.3);
});

test('channelWindows() does not mind the order of flows', () => {
  const flows = beacon();
  assert.deepEqual([...of(flows.toReversed())[0]!.values], [...of(flows)[0]!.values]);
});

test('channelWindows() counts failures of DNS and other channels of the device', () => {
  const asked = beacon({ destination_port: 53, protocol: 'udp' }).map((flow, i) => ({
    ...flow,
    response_code: i % 2 === 0 ? 'NXDOMAIN' : 'NOERROR',
  }));
  const [first, second] = of([...beacon(), ...asked]);
  assert.deepEqual([first!.named['failed-dns-share'], second!.named['share-of-device']], [0.5, 0.5]);
});

test('channelWindows() leaves out groups, what peers opened, and channels of few flows', () => {
  assert.deepEqual(of(beacon({ destination_address: '224.0.0.251' })), []);
  assert.deepEqual(of(beacon({ direction: 'in' })), []);
  assert.deepEqual(of(beacon().slice(0, 3)), []);
});
