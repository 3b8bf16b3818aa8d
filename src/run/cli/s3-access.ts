import type { S3Access } from '#run/server/index.ts';
import { CliError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';

/** Options that say how a bucket is reached. */
export interface S3Options {
  readonly credentialsFile?: string;
  readonly endpoint?: string;
  readonly region?: string;
}

const FIELDS = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'];

/**
 * How a bucket is reached: credentials are in a file of the form that other tools use, never in arguments.
 *
 * @returns null where no file is named
 * @throws {CliError} CLI_FILE_UNREADABLE, CLI_USAGE if the file lacks one of them
 */
export async function readS3Access({ credentialsFile, endpoint, region }: S3Options): Promise<S3Access | null> {
  if (credentialsFile === undefined) return null;
  const found = new Map<string, string>();
  for (const line of (await readTextFile(credentialsFile)).split('\n')) {
    const [, name = '', value = ''] = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    // The first profile counts.
    if (FIELDS.includes(name) && !found.has(name)) found.set(name, value);
  }
  const [accessKeyId, secretAccessKey] = [found.get('aws_access_key_id'), found.get('aws_secret_access_key')];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new CliError(
      'CLI_USAGE',
      `Cannot use ${credentialsFile}: it has no aws_access_key_id or aws_secret_access_key`,
    );
  }
  const sessionToken = found.get('aws_session_token');
  return {
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
}
