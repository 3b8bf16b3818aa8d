import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { readHeaderFile } from './header-file.ts';

test('readHeaderFile() reads fields, one a line', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'h'), '# of the collector\n\nAuthorization: Bearer a:b \r\nx-tenant:\tacme\n');
  assert.deepEqual(await readHeaderFile(folder, 'h'), { authorization: 'Bearer a:b', 'x-tenant': 'acme' });
});

test('readHeaderFile() refuses what is no field, and shows nothing of it', async (t) => {
  const folder = await temporaryFolder(t);
  for (const text of [
    'secret',
    'a b: c',
    'a: \x01',
    'a:',
    Array.from({ length: 17 }, (_, i) => `h${i}: v`).join('\n'),
  ]) {
    await writeFile(join(folder, 'h'), text);
    await assert.rejects(readHeaderFile(folder, 'h'), { code: 'SERVER_TRACE_HEADERS', message: /^(?!.*secret)/ });
  }
  await assert.rejects(readHeaderFile(folder, 'none'), { code: 'SERVER_TRACE_HEADERS' });
});
