import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { readS3Access } from './s3-access.ts';

test('readS3Access() reads the first profile of a file as other tools write it', async (t) => {
  const file = join(await temporaryFolder(t), 'credentials');
  await writeFile(
    file,
    '[default]\naws_access_key_id = AK\naws_secret_access_key=SK/+=\n[other]\naws_access_key_id = X\n',
  );
  const access = await readS3Access({ credentialsFile: file, endpoint: 'https://s3.example.com' });
  assert.deepEqual(access, {
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK/+=' },
    endpoint: 'https://s3.example.com',
  });
  assert.equal(await readS3Access({}), null);
  await writeFile(file, 'aws_access_key_id = AK\n');
  await assert.rejects(readS3Access({ credentialsFile: file }), { code: 'CLI_USAGE' });
});
