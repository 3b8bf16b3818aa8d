import type { S3Credentials } from '#base/storage/index.ts';

const FIELDS = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'];

/**
 * Credentials of an object store in the form of file that other tools use.
 *
 * @returns null where the text lacks one of them
 */
export function parseS3Credentials(text: string): S3Credentials | null {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    // The first profile counts.
    if (FIELDS.includes(name) && !found.has(name)) found.set(name, value);
  }
  const [accessKeyId, secretAccessKey] = [found.get('aws_access_key_id'), found.get('aws_secret_access_key')];
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  const sessionToken = found.get('aws_session_token');
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
