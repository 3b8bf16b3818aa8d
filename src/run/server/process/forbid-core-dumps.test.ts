import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { requireProgram } from '../../../../test/support/outside.ts';
import { forbidCoreDumps } from './forbid-core-dumps.ts';

const SCRIPT = `
import { execFileSync } from 'node:child_process';
import { forbidCoreDumps } from ${JSON.stringify(new URL('forbid-core-dumps.ts', import.meta.url).href)};
await forbidCoreDumps();
console.log(execFileSync('sh', ['-c', 'ulimit -c'], { encoding: 'utf8' }).trim());
`;

test('forbidCoreDumps() holds for this process and for what it starts', async (t) => {
  requireProgram(t, 'prlimit');
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SCRIPT];
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -S -c 8; exec "$@"', 'sh', ...node]);
  assert.equal(stdout.trim(), '0');
});

test('forbidCoreDumps() changes nothing where the program is missing', async () => {
  await forbidCoreDumps('no-such-program');
});
