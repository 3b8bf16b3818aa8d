import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { formatMud, judgeFlow, readMud } from '#declare/mud/index.ts';
import { corpora, requireProgram } from '../../../test/support/outside.ts';
import { runProgram } from '../../../test/support/run-program.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { deviceFlowOf } from './flow-reading.ts';
import type { FlowReading } from './flow-reading.ts';
import { learnProfile } from './learn-profile.ts';
import { outFlow } from '../../../test/support/out-flow.ts';

const ABOUT = { url: 'https://maker.example/lamp', systemInfo: 'a lamp', lastUpdate: '2026-01-02T03:04:05Z' };
const FLOWS: readonly FlowReading[] = [
  outFlow({ peer_name: 'cloud.example' }),
  outFlow({ destination_address: '8.8.4.4' }),
  outFlow({ protocol: 'udp', destination_address: '192.168.1.1', destination_port: 53 }),
  outFlow({ protocol: 'udp', destination_address: '9.9.9.9', destination_port: 123 }),
  outFlow({
    protocol: 'udp',
    destination_address: '224.0.0.251',
    destination_port: 5353,
    destination_packets: 0,
    destination_bytes: 0,
  }),
  outFlow({ protocol: 'icmp', destination_address: '192.168.1.1', source_port: 8, destination_port: 0 }),
  outFlow({
    protocol: 'icmp6',
    source_address: 'fe80::7',
    destination_address: 'fe80::1',
    source_port: 135,
    destination_port: 0,
  }),
  outFlow({ direction: 'in', source_address: '192.168.1.9', destination_address: '192.168.1.7', destination_port: 80 }),
];
const SITE = { namesSeen: true };

test('learnProfile() allows what it learnt from and no more', () => {
  const profile = readMud(formatMud(learnProfile(FLOWS.map(deviceFlowOf), ABOUT)));
  const allowed = (flow: FlowReading): boolean => judgeFlow(profile, deviceFlowOf(flow), SITE).allowed;
  for (const flow of FLOWS) assert.ok(allowed(flow), JSON.stringify(flow));
  const strange: Record<string, Partial<FlowReading>> = {
    'another peer': { destination_address: '6.6.6.6' },
    'another name': { peer_name: 'evil.example', destination_address: '6.6.6.6' },
    'another port': { destination_port: 8443, peer_name: 'cloud.example' },
    'the same opened by the peer': { direction: 'in', source_address: '93.184.216.34', peer_name: 'cloud.example' },
    'telnet from within': { direction: 'in', source_address: '192.168.1.9', destination_port: 23 },
  };
  for (const [what, change] of Object.entries(strange)) assert.ok(!allowed(outFlow(change)), what);
});

test('learnProfile() gives up telling ports or peers apart where there are very many', () => {
  const ports = Array.from({ length: 40 }, (_, i) =>
    outFlow({ destination_port: 1_000 + i, peer_name: 'cloud.example' }),
  );
  const peers = Array.from({ length: 200 }, (_, i) => outFlow({ destination_address: `7.7.7.${i}` }));
  const one = learnProfile(ports.map(deviceFlowOf), ABOUT);
  assert.deepEqual([one.from.length, one.from[0]!.peerPort, one.from[0]!.peerName], [1, null, 'cloud.example']);
  const other = learnProfile(peers.map(deviceFlowOf), ABOUT);
  assert.deepEqual([other.from.length, other.from[0]!.peerPort?.from, other.from[0]!.peerNetwork], [1, 443, null]);
});

test('what learnProfile() learns is a profile that yanglint takes', async (t) => {
  const yanglint = requireProgram(t, 'yanglint');
  const yang = corpora(t, 'standards/mud/yang');
  const file = path.join(await temporaryFolder(t), 'learnt.json');
  writeFileSync(file, formatMud(learnProfile(FLOWS.map(deviceFlowOf), ABOUT)));
  const modules = ['ietf-access-control-list@2019-03-04', 'ietf-acldns', 'ietf-mud'].map(
    (one) => `${yang}/${one}.yang`,
  );
  const { output, errors } = await runProgram(
    { command: yanglint, arguments: ['-p', yang, '-f', 'json', ...modules, file] },
    60_000,
  );
  assert.equal(errors, '');
  assert.match(output, /maker\.example/);
});
