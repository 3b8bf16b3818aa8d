import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeFlow } from '#declare/mud/index.ts';
import { deviceFlowOf } from '#learn/flows/index.ts';
import { proberProfile, PROBER_FLOW, PROBER_PEERS, UNKNOWN_FLOW } from './prober-profile.ts';

test('proberProfile() allows the flows that it was learnt from, through the form of the RFC, and no others', () => {
  const allows = (more: object): boolean =>
    judgeFlow(proberProfile(), deviceFlowOf({ ...UNKNOWN_FLOW, ...PROBER_FLOW, ...more }), { namesSeen: false })
      .allowed;
  assert.deepEqual(
    [
      allows({}),
      allows({ source_port: 9 }),
      PROBER_PEERS.every((peer) => allows({ destination_address: peer })),
      allows({ destination_port: 80 }),
      allows({ destination_address: '203.0.113.9' }),
    ],
    [true, true, true, false, false],
  );
});
