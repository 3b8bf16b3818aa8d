import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { logLevel, makeLog } from './log.ts';

test('makeLog() makes a log with the four levels, quiet below warn unless told otherwise', () => {
  const log = makeLog('test');
  for (const level of ['debug', 'info', 'warn', 'error'] as const) assert.equal(typeof log[level], 'function');
  log.debug({}, 'not shown');
});

test('logLevel() hands down the level of diagnostics and nothing else of the environment', () => {
  const before = process.env['WEIR_LOG'];
  delete process.env['WEIR_LOG'];
  assert.deepEqual(logLevel(), {});
  process.env['WEIR_LOG'] = 'info';
  assert.deepEqual(logLevel(), { WEIR_LOG: 'info' });
  if (before === undefined) delete process.env['WEIR_LOG'];
  else process.env['WEIR_LOG'] = before;
});

test(
  'makeLog() ends no process that cannot write its diagnostics',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const program = join(await temporaryFolder(t), 'logs.mjs');
    const module = new URL('./log.ts', import.meta.url).href;
    await writeFile(
      program,
      `import { makeLog } from '${module}';
    const log = makeLog('test');
    for (let i = 0; i < 3; i++) {
      log.error({ i }, 'nobody reads this');
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.exit(7);`,
    );
    // Every write to it fails, as on a terminal that is gone.
    await using full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', full.fd] });
    assert.deepEqual(await once(child, 'exit'), [7, null]);
  },
);
