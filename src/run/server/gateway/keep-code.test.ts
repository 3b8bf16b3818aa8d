import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { PACKAGE_ROOT, packageVersion } from '../control/package-files.ts';
import { keepGatewayCode } from './keep-code.ts';

const CODE = join(PACKAGE_ROOT, 'src/run/server/gateway/code.ts');

it('keepGatewayCode() writes what a gateway may then only read, and again where the program is younger', async (t) => {
  const cache = await temporaryFolder(t);
  assert.equal(await keepGatewayCode(cache), true);
  assert.equal(await keepGatewayCode(cache), false);

  const read = await load(cache);
  assert.match(read, /reading cache from .* StrippedTypeScript .*flow\/gateway\/index\.ts.* success/);
  assert.doesNotMatch(read, /writing cache|not granted/);

  await utimes(join(cache, `gateway-${packageVersion}`), 0, 0);
  assert.equal(await keepGatewayCode(cache), true);
});

it('keepGatewayCode() says where it cannot write', async () => {
  await assert.rejects(keepGatewayCode(join(CODE, 'cache')), { code: 'ENOTDIR' });
});

/** Loads the code as a gateway does, under the permission model without the right to write; what Node tells of it. */
async function load(cache: string): Promise<string> {
  const tags = await readdir(cache, { withFileTypes: true });
  assert.equal(tags.filter((entry) => entry.isDirectory()).length, 1);
  const flags = ['--permission', `--allow-fs-read=${PACKAGE_ROOT}`, `--allow-fs-read=${cache}`];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...flags, '--no-experimental-ffi', '--disable-warning=ExperimentalWarning', CODE],
    {
      env: { NODE_COMPILE_CACHE: cache, NODE_COMPILE_CACHE_READONLY: '1', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
      maxBuffer: 64 * 1_048_576,
    },
  );
  return stdout + stderr;
}
