import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CHECKPOINT_PATH, directorySource, urlSource } from '#trust/audit/index.ts';
import type { LogSource } from '#trust/audit/index.ts';
import { layoutOf } from '#run/server/index.ts';
import type { CommandContext } from './command-context.ts';
import { CliError, refusalOf } from './errors.ts';
import { chooseDataDirectory, findPlatform } from './locate.ts';
import { PlatformClient } from './platform-client.ts';
import { readTextFile } from './read-text-file.ts';
import { keptKeysFile, readKeys } from './verifier-keys.ts';

/** Where the API publishes the log. */
const API_PREFIX = '/v1/audit';

/** A log to read, and how to let go of it. */
export interface OpenedLog extends Disposable {
  readonly source: LogSource;
  /** Where it is read from, for messages. */
  readonly place: string;
}

/**
 * Opens a log: the folder or address that is named, else the folder of the data directory, else the running platform.
 *
 * @param from folder that holds a checkpoint, or URL of a log or of a platform
 * @param authority file with the certificate authority of the URL's server
 * @throws {CliError} CLI_NO_PLATFORM if nothing was named and nothing is here
 */
export async function openLogSource(
  context: CommandContext,
  from: string | undefined,
  authority?: string,
): Promise<OpenedLog> {
  const { data, tokenFile } = context.options;
  if (from !== undefined && /^https?:\/\//.test(from)) return await openUrl(from, authority, tokenFile);
  const folder = from ?? layoutOf(chooseDataDirectory(data)).audit;
  if (from !== undefined || existsSync(join(folder, CHECKPOINT_PATH))) {
    return { source: directorySource(folder), place: folder, [Symbol.dispose]: () => {} };
  }
  const client = await PlatformClient.open(await findPlatform(data), tokenFile);
  return {
    source: apiSource(client, API_PREFIX),
    place: 'the running platform',
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

async function openUrl(from: string, authority: string | undefined, tokenFile: string | undefined): Promise<OpenedLog> {
  const url = new URL(from);
  // A log proves itself, so it may be read over anything; a credential is sent over TLS only.
  if (url.protocol === 'http:') return { source: urlSource(from), place: from, [Symbol.dispose]: () => {} };
  const ca = authority === undefined ? null : await readTextFile(authority);
  const token = tokenFile === undefined ? null : (await readTextFile(tokenFile)).trim();
  const client = PlatformClient.at(url.origin, ca, token);
  const prefix = url.pathname.replace(/\/+$/, '');
  const source = apiSource(client, prefix === '' ? API_PREFIX : prefix);
  return { source, place: from, [Symbol.dispose]: () => client[Symbol.dispose]() };
}

/** Reads the log of a platform through its API, with whatever credential the client has. */
export function apiSource(client: PlatformClient, prefix: string): LogSource {
  return {
    async read(name, limit = 16_777_472) {
      try {
        const reply = await client.stream('GET', `${prefix}/${name}`, { accept: '*/*' });
        const bytes = await buffer(reply);
        if (bytes.length > limit)
          throw new CliError('CLI_UNFINISHED', `Cannot read ${name} of the log: it is too long`);
        return new Uint8Array(bytes);
      } catch (error) {
        if (refusalOf(error)?.status === 404) return null;
        throw error;
      }
    },
  };
}

/**
 * The keys to believe a log by: those that are named, else those kept when the platform of the data directory first
 * started.
 *
 * @throws {CliError} CLI_USAGE if there are none
 */
export async function logKeys(
  context: CommandContext,
  named: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (named !== undefined) return readKeys(named);
  const kept = keptKeysFile(layoutOf(chooseDataDirectory(context.options.data)));
  if (existsSync(kept)) return readKeys([kept]);
  throw new CliError('CLI_USAGE', `Cannot believe the log: no key is named, and none was kept in ${kept}`, {
    hint: 'Name the data directory with --data, or the key with --key; whoever runs the platform prints it with `npm run -s weir -- audit key`',
  });
}
