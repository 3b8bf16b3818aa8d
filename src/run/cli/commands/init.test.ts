import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand } from '../testing.ts';
import { addInitCommand } from './init.ts';

test('weir init writes a template named after its folder, once', async (t) => {
  const folder = join(await temporaryFolder(t), '2 Cold Trucks!');
  const { out } = await runCommand(addInitCommand, 'init', folder, '--industry', 'logistics');
  assert.equal(out, `wrote ${join(folder, 'weir.yaml')}\n`);
  assert.match(await readFile(join(folder, 'weir.yaml'), 'utf8'), /^name: cold-trucks$/m);
  await assert.rejects(runCommand(addInitCommand, 'init', folder, '--industry', 'logistics'), {
    code: 'CLI_FILE_EXISTS',
  });
});

test('weir init lists industries', async () => {
  assert.match((await runCommand(addInitCommand, 'init')).out, /^INDUSTRY +FOR\nbuilding /);
});
