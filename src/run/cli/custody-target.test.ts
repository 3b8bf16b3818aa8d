import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { readTarget } from './custody-target.ts';

test('readTarget() takes the word passphrase, and files of each kind', async (t) => {
  const file = join(await temporaryFolder(t), 'custody.json');
  assert.deepEqual(await readTarget('passphrase'), { kind: 'passphrase' });
  for (const place of [
    { kind: 'pkcs11', module: '/usr/lib/softhsm/libsofthsm2.so', token: 'weir' },
    { kind: 'transit', url: 'https://vault.example:8200', mount: 'transit' },
    { kind: 'transit', url: 'https://vault.example:8200', mount: 'transit', authority: '/etc/ca.pem' },
  ]) {
    await writeFile(file, JSON.stringify(place));
    assert.deepEqual(await readTarget(file), place);
  }
});

test('readTarget() says what is wrong with a file', async (t) => {
  const file = join(await temporaryFolder(t), 'custody.json');
  await assert.rejects(readTarget(file), { code: 'CLI_FILE_UNREADABLE' });
  const cases: [string, string, RegExp][] = [
    ['nonsense', 'CLI_USAGE', /not JSON/],
    ['null', 'CLI_USAGE', /neither/],
    ['{"kind":"cloud"}', 'CLI_USAGE', /neither/],
    ['{"kind":"pkcs11","token":"weir"}', 'KEYS_ROOT_MALFORMED', /its module/],
    ['{"kind":"pkcs11","module":"relative.so","token":"weir"}', 'KEYS_ROOT_MALFORMED', /its module/],
    ['{"kind":"transit","url":"vault","mount":"transit"}', 'KEYS_ROOT_MALFORMED', /its url/],
  ];
  for (const [text, code, message] of cases) {
    await writeFile(file, text);
    await assert.rejects(readTarget(file), { code, message });
  }
});
