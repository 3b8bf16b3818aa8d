import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelWindows } from '#learn/flows/index.ts';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { channelFinding } from './channel-finding.ts';
import { CHANNEL_SIGNS } from './channel-signs.ts';

test('channelFinding() names the peer by what it is called, and the signs by their part', () => {
  const flows = Array.from({ length: 40 }, (_, i) => outFlow({ time: 600 + 14 * i, peer_name: 'c2.example' }));
  const finding = channelFinding(
    { stream: 'flows', shown: true, budget: { alarms: 1, seconds: 60 }, rate: 0.1 },
    {
      device: 'd',
      window: channelWindows(flows)[0]!,
      flows,
      rarities: Float64Array.of(6, 3, 0, 1, 0),
      usual: CHANNEL_SIGNS.map(() => Float64Array.of(-3, -2, -1)),
      fired: { name: 'command-channel', score: 8, limit: 4, readings: 1 },
      facts: { armed: true, limit: 4, seen: 9, watchedSeconds: 9, peaks: 1, expectedRate: 0.2, likelyRate: 0.4 },
      rate: 0.2,
    },
  );
  assert.match(finding.sentence, /^d calls c2\.example \(93\.184\.216\.34\) on tcp port 443 every 14 s/);
  assert.match(finding.sentence, /its intervals differ by 0 %; it calls 40 times in ten minutes; what it sends/);
  assert.deepEqual(finding.causes.map(({ share }) => share), [0.6, 0.3, 0.1]); // prettier-ignore
  assert.deepEqual([finding.budget?.expected, finding.budget?.likely, finding.severity], [1, 2, 'medium']);
});
