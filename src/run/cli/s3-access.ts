import { parseS3Credentials } from '#run/server/index.ts';
import type { S3Access } from '#run/server/index.ts';
import { CliError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';

/** Options that say how a bucket is reached. */
export interface S3Options {
  readonly credentialsFile?: string;
  readonly endpoint?: string;
  readonly region?: string;
}

/**
 * How a bucket is reached: credentials are in a file of the form that other tools use, never in arguments.
 *
 * @returns null where no file is named
 * @throws {CliError} CLI_FILE_UNREADABLE, CLI_USAGE if the file lacks one of them
 */
export async function readS3Access({ credentialsFile, endpoint, region }: S3Options): Promise<S3Access | null> {
  if (credentialsFile === undefined) return null;
  const credentials = parseS3Credentials(await readTextFile(credentialsFile));
  if (credentials === null) {
    throw new CliError(
      'CLI_USAGE',
      `Cannot use ${credentialsFile}: it has no aws_access_key_id or aws_secret_access_key`,
    );
  }
  return {
    credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
}
