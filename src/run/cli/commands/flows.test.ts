import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand, standIn } from '../testing.ts';
import { addFlowsCommand } from './flows.ts';

test('weir flows import looks for a platform only once its words are right', async () => {
  const words = ['flows', 'import', 'conn.log', '--stream', 'flows', '--data', '/nonexistent'];
  await assert.rejects(runCommand(addFlowsCommand, ...words), { code: 'CLI_USAGE' });
  await assert.rejects(runCommand(addFlowsCommand, ...words, '--device', 'lamp-1'), { code: 'CLI_NO_PLATFORM' });
});

test('weir flows import refuses a stream that is none of flows', async (t) => {
  const stream = { name: 'state', from: ['lamp'], fields: [{ name: 'x', type: 'number' }] };
  const platform = await standIn(t, { 'GET /v1/streams': { streams: [stream] } });
  const words = ['flows', 'import', 'conn.log', '--stream', 'state', '--device', 'lamp-1'];
  await assert.rejects(platform.run(addFlowsCommand, ...words), { code: 'CLI_USAGE', message: /no stream of flows/ });
  const other = words.map((word) => (word === 'state' ? 'flow' : word));
  await assert.rejects(platform.run(addFlowsCommand, ...other), { code: 'CLI_USAGE' });
});
