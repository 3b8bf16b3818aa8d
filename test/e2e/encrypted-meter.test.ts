import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fromBase64 } from '#base/core/index.ts';
import { FleetSum } from '#base/crypto/index.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';

const EXAMPLE = path.resolve(import.meta.dirname, '../../examples/node/encrypted-meter.js');
const TEMPLATE = `
limits: { payload: 1MiB }
devices: { meter: {} }
streams:
  meters:
    from: meter
    purposes: [billing]
    fields: { watts: { type: text, max-length: 400000 } }
people: { operator: { query: all, purposes: [billing] } }
`;
/** The newest of each device counts. */
const VALUES = [[7, 12.5], [240.25], [0.001], [-3.75], [1_800], [42.42]];

/** Runs the example as one device. @returns what it printed */
async function meter(weir: TestPlatform, name: string, key: string, values: readonly number[]): Promise<string> {
  const { key: own, certificate, authority } = await weir.enrol(name, 'meter');
  const folder = path.join(weir.folder, name);
  await mkdir(folder);
  const files = { 'device.key': own, 'device.crt': certificate, 'ca.crt': authority };
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
  const url = `mqtts://localhost:${weir.platform.address.ports.mqtt}`;
  const child = spawn(process.execPath, [EXAMPLE, url, folder, 'streams/meters', 'watts', key], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(values.join('\n'));
  const [printed] = await Promise.all([child.stdout.toArray(), once(child, 'exit')]);
  return Buffer.concat(printed).toString();
}

test('examples/node/encrypted-meter.js sends what only the holder of the key reads, as a sum', async () => {
  await using weir = await startTestPlatform(TEMPLATE);
  const fleet = await FleetSum.open();
  const keys = fleet.makeKeys();
  const publicKey = path.join(weir.folder, 'public.key');
  await writeFile(publicKey, keys.publicKey);
  for (const [i, values] of VALUES.entries())
    assert.equal(await meter(weir, `meter-${i}`, publicKey, values), `${values.length} sent\n`);
  const { count, unreadable, sum } = await weir.ask<{ count: number; unreadable: number; sum: string }>(
    'POST',
    '/v1/encrypted-sums',
    { body: { view: 'meters', column: 'watts', purpose: 'billing' } },
  );
  const newest = VALUES.map((values) => values.at(-1)!);
  assert.deepEqual([count, unreadable], [newest.length, 0]);
  const total = newest.reduce((a, b) => a + b, 0);
  const mean = total / newest.length;
  const variance = newest.reduce((a, b) => a + (b - mean) ** 2, 0) / newest.length;
  const found = fleet.open(keys.secretKey, fromBase64(sum));
  assert.equal(found.count, newest.length);
  for (const [name, truth] of Object.entries({ sum: total, mean, variance })) {
    const off = Math.abs(found[name as 'sum'] - truth) / Math.abs(truth);
    assert.ok(off < 1e-6, `${name} is ${off} off`);
  }
  assert.notEqual(Math.round(fleet.open(fleet.makeKeys().secretKey, fromBase64(sum)).sum), Math.round(total));
});
