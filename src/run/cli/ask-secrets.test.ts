import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { askSecrets } from './ask-secrets.ts';
import { CommandContext } from './command-context.ts';
import { recordTerminal } from './testing.ts';

test('askSecrets() reads each secret from its own file, and says by name what it lacks', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['passphrase', 'pin', 'token']) await writeFile(join(folder, name), `the ${name}\n`);
  const context = new CommandContext(recordTerminal(), {});
  const secrets = askSecrets(context, {
    passphraseFile: join(folder, 'passphrase'),
    pinFile: join(folder, 'pin'),
    transitTokenFile: join(folder, 'token'),
  });
  assert.deepEqual(
    [await secrets.passphrase(), await secrets.pin(), await secrets.token()],
    ['the passphrase', 'the pin', 'the token'],
  );
  const missing = askSecrets(context, { pinFile: join(folder, 'nowhere') });
  await assert.rejects(missing.pin(), { code: 'CLI_NO_PASSPHRASE' });
});
