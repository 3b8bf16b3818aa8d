import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelWindows } from '#learn/flows/index.ts';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { CHANNEL_SIGNS, signsOf } from './channel-signs.ts';

test('signsOf() is the greater the more a channel is like command and control', () => {
  const window = (flows: ReturnType<typeof outFlow>[]) => signsOf(channelWindows(flows)[0]!.values);
  const beat = Array.from({ length: 40 }, (_, i) =>
    outFlow({ time: 600 + 14 * i, destination_packets: 0, response_code: 'NXDOMAIN' }),
  );
  const other = [0, 5, 200, 210, 590].map((at, i) =>
    outFlow({ time: 600 + at, source_bytes: 90 * (i + 1), response_code: 'NOERROR' }),
  );
  const [evil, usual] = [window(beat), window(other)];
  for (const [i, { feature, column }] of CHANNEL_SIGNS.entries()) {
    assert.ok(column >= 0, feature);
    assert.ok(evil[i]! > usual[i]!, feature);
  }
});
