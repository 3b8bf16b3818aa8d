import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand } from '../testing.ts';
import { addUpCommand } from './up.ts';

test('weir up makes no key before template, numbers and passphrase are right', async (t) => {
  const folder = await temporaryFolder(t);
  const file = (name: string): string => join(folder, name);
  await writeFile(
    file('good.yaml'),
    'template: 1\nname: mine\nextends: industry/factory\nlisten: { mqtt: 0, https: 0, api: 0 }\n',
  );
  await writeFile(file('bad.yaml'), 'template: 1\nnmae: mine\n');
  await writeFile(file('weak'), 'short');
  const up = (...words: readonly string[]) => runCommand(addUpCommand, 'up', '--data', file('data'), ...words);
  const good = ['--template', file('good.yaml'), '--passphrase-file', file('weak')];
  await assert.rejects(up('--template', file('bad.yaml'), '--passphrase-file', file('weak')), {
    code: 'CLI_TEMPLATE_INVALID',
  });
  await assert.rejects(up(...good, '--workers', 'many'), { code: 'CLI_USAGE' });
  await assert.rejects(up(...good, '--api-port', '65536'), { code: 'CLI_USAGE' });
  await assert.rejects(up(...good, '--recovery-shares', '300'), { code: 'CLI_USAGE' });
  await assert.rejects(up(...good, '--recovery-threshold', '1'), { code: 'CLI_USAGE' });
  await assert.rejects(up(...good, '--recovery-kit', folder), { code: 'CLI_FILE_EXISTS' });
  await assert.rejects(up(...good, '--witness', 'http://localhost:1'), { code: 'CLI_USAGE' });
  await assert.rejects(up(...good), { code: 'KEYS_PASSPHRASE_WEAK' });
  assert.ok(!existsSync(file('data/keys/root.json')));
});
