import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamDescription } from '#run/server/index.ts';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { Tally } from '../replay/tally.ts';
import { parseOwner } from './device-of-flow.ts';
import { importFlows } from './import-flows.ts';

const STREAM = {
  name: 'flows',
  fields: [
    { name: 'protocol', type: 'text' },
    { name: 'source_port', type: 'integer' },
    { name: 'peer_name', type: 'text' },
    { name: 'direction', type: 'text' },
    { name: 'label', type: 'text' },
  ],
} as unknown as StreamDescription;

test('importFlows() sends flows as readings of their devices, numbered, with what the stream declares besides', async () => {
  const sent: unknown[] = [];
  const tally = new Tally();
  const flows = async function* () {
    yield { flow: outFlow({ time: 100.25 }), values: new Map([['label', 'Benign']]) };
    yield { flow: outFlow({ source_address: '9.9.9.9' }), values: new Map() };
    yield { flow: outFlow({ time: 101, peer_name: 'a.example' }), values: new Map() };
  };
  const run = (sentBefore: number) =>
    importFlows({
      flows: flows(),
      owner: parseOwner(undefined, ['192.168.1.7=lamp-1']),
      stream: STREAM,
      sink: {
        open: async () => sentBefore,
        publish: async (device, stream, payload) => void sent.push([device, stream, JSON.parse(payload.toString())]),
        flush: async () => {},
      },
      tally,
      nowSeconds: () => 0,
      signal: new AbortController().signal,
    });
  const report = await run(-1);
  const base = { protocol: 'tcp', source_port: 50_000, direction: 'out' };
  assert.deepEqual(sent, [
    ['lamp-1', 'flows', { time: 100.25, seq: 100_250, ...base, label: 'Benign' }],
    ['lamp-1', 'flows', { time: 101, seq: 100_251, ...base, peer_name: 'a.example' }],
  ]);
  assert.deepEqual([report.read, report.unreadable, report.devices], [3, { 'no-device': 1 }, 1]);
  // What an earlier run has sent is left out.
  sent.length = 0;
  assert.equal((await run(100_250)).skipped, 1);
  assert.equal(sent.length, 1);
});
