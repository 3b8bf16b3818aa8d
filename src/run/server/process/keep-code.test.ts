import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { PACKAGE_ROOT, packageVersion } from '../control/package-files.ts';
import { ROOM_FOR_READINGS } from '../gateway/room-for-readings.ts';
import { keepCode } from './keep-code.ts';

const SERVER = join(PACKAGE_ROOT, 'src/run/server');
const GATEWAY = join(SERVER, 'gateway/code-process.ts');

it('keepCode() writes what gateways and query processes may then only read, and again where the program is younger', async (t) => {
  const cache = await temporaryFolder(t);
  assert.deepEqual(await keepCode(cache, 0), ['gateway', 'query']);
  assert.deepEqual(await keepCode(cache, 0), []);

  // As a gateway does, under the permission model.
  const permissions = ['--permission', `--allow-fs-read=${PACKAGE_ROOT}`, `--allow-fs-read=${cache}`];
  const [gateway, query] = await Promise.all([
    read(cache, GATEWAY, [...ROOM_FOR_READINGS, ...permissions]),
    read(cache, join(SERVER, 'query/code-process.ts'), []),
  ]);
  for (const entry of ['gateway/process.ts', 'gateway/worker.ts', 'flow/gateway/index.ts'])
    assert.match(gateway, new RegExp(`reading cache from .* StrippedTypeScript .*/${entry}.* success`));
  for (const entry of ['query/process.ts', 'flow/query/index.ts'])
    assert.match(query, new RegExp(`reading cache from .* StrippedTypeScript .*/${entry}.* success`));
  for (const told of [gateway, query]) assert.doesNotMatch(told, /writing cache|not granted/);

  await utimes(join(cache, `gateway-${packageVersion}`), 0, 0);
  assert.deepEqual(await keepCode(cache, 0), ['gateway']);
});

it('keepCode() says where it cannot write', async () => {
  await assert.rejects(keepCode(join(GATEWAY, 'cache')), { code: 'ENOTDIR' });
});

/** Loads the code without the right to write; what Node tells of it. */
async function read(cache: string, code: string, flags: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...flags, '--no-experimental-ffi', '--disable-warning=ExperimentalWarning', code],
    {
      env: { NODE_COMPILE_CACHE: cache, NODE_COMPILE_CACHE_READONLY: '1', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
      maxBuffer: 64 * 1_048_576,
    },
  );
  return stdout + stderr;
}
