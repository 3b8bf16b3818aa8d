import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { requireProgram } from '../support/outside.ts';
import { startGateway, until } from './gateway-harness.ts';
import type { GatewayHarness } from './gateway-harness.ts';
import type { Credential } from './gateway-pki.ts';

interface Run {
  readonly code: number;
  readonly output: string;
}

function run(program: string, args: readonly string[], timeout = 10_000): Promise<Run> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: stdout + stderr });
    });
  });
}

function connectArgs({ worker, authority }: GatewayHarness, credential: Credential | null): string[] {
  const port = String(worker.ports.mqtt);
  const own = credential === null ? [] : ['--cert', credential.certificate, '--key', credential.key];
  return ['-h', 'localhost', '-p', port, '--cafile', authority.certificate, ...own];
}

test('mosquitto_pub publishes with every version and quality of service', async (t) => {
  const gateway = await startGateway(t);
  const pub = requireProgram(t, 'mosquitto_pub');
  const truck = gateway.enrol('truck-7');
  let expected = 0;
  for (const version of ['mqttv311', 'mqttv5']) {
    for (const qos of ['0', '1', '2']) {
      const message = JSON.stringify({ temperature: expected });
      const args = [...connectArgs(gateway, truck), '-V', version, '-q', qos, '-t', 'streams/climate', '-m', message];
      const { code, output } = await run(pub, args);
      assert.equal(code, 0, output);
      expected++;
      await until('the reading', () => gateway.journal.rows('climate') === expected);
    }
  }
  assert.deepEqual(gateway.journal.values('climate', 'temperature'), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(new Set(gateway.journal.values('climate', 'device')), new Set(['truck-7']));
});
