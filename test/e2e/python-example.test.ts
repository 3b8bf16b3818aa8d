import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { requireProgram, requirePython } from '../support/outside.ts';
import { startTestPlatform } from '../support/running-platform.ts';

const run = promisify(execFile);
const EXAMPLE = path.resolve(import.meta.dirname, '../../examples/python/query_arrow.py');

test('the Python example gets a data frame from a running platform with a token', async (t) => {
  const python = requirePython(t, 'pyarrow', 'pandas');
  const curl = requireProgram(t, 'curl');
  await using weir = await startTestPlatform(`
devices: { pump: {} }
streams: { pump: { from: pump, purposes: [maintenance], fields: { pressure: { type: number, unit: bar } } } }
people: { analyst: { query: [pump], purposes: [maintenance], sees: [operational] } }
`);
  const { files } = await weir.enrol('pump-1', 'pump');
  const readings = [1.5, 2.5, 3.5].map((pressure, i) => JSON.stringify({ pressure, seq: i + 1 })).join('\n');
  const tls = ['--cacert', files.authority, '--cert', files.certificate, '--key', files.key];
  const { stdout: outcome } = await run(curl, [
    '-s',
    '-S',
    ...tls,
    '-H',
    'content-type: application/x-ndjson',
    '--data-binary',
    readings,
    `${weir.platform.address.https}/v1/streams/pump`,
  ]);
  assert.match(outcome, /"stored":\s*3/);
  const { token } = (await weir.call('POST', '/v1/users', { body: { name: 'ada', roles: ['analyst'] } })).json<{
    token: string;
  }>();
  const tokenFile = path.join(weir.folder, 'token');
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  // A reading is visible within a second of its acknowledgement.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const sql = 'select device, count(*) as n, avg(pressure) as bar from pump group by 1';
  const { stdout } = await run(python, [
    EXAMPLE,
    weir.platform.address.api,
    path.join(weir.layout.identity, 'ca.crt'),
    tokenFile,
    sql,
  ]);
  assert.match(stdout, /device\s+n\s+bar\n0\s+pump-1\s+3\s+2\.5/);
});
