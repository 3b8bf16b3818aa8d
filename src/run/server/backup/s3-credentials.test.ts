import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseS3Credentials } from './s3-credentials.ts';

it('parseS3Credentials() takes the first profile of a file, and nothing where one of both is missing', () => {
  const text = '[default]\naws_access_key_id = A\naws_secret_access_key=S\n[other]\naws_access_key_id = B\n';
  assert.deepEqual(parseS3Credentials(text), { accessKeyId: 'A', secretAccessKey: 'S' });
  assert.deepEqual(parseS3Credentials(`${text}aws_session_token = T`)?.sessionToken, 'T');
  assert.equal(parseS3Credentials('aws_access_key_id = A\n'), null);
});
