import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '#base/core/index.ts';
import type { DataDirectory } from '#run/server/index.ts';
import { CliError } from './errors.ts';

/** A verifier key is `name+hash+base64`; its name may hold slashes, so a path cannot be told by them. */
const KEY = /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/;

/**
 * Keys as they are given on the command line: each word a key, or a file with a key a line.
 *
 * @throws {CliError} CLI_FILE_UNREADABLE, CLI_USAGE if a file holds something else
 */
export async function readKeys(words: readonly string[]): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const word of words) {
    if (KEY.test(word)) {
      keys.push(word);
      continue;
    }
    const text = await readFile(word, 'utf8').catch((cause: unknown) => {
      throw new CliError(
        'CLI_FILE_UNREADABLE',
        `Cannot use key: ${word} is neither a verifier key nor a readable file`,
        {
          hint: 'Print the keys of a log with `npm run -s weir -- audit key`',
          cause,
        },
      );
    });
    const lines = text.split('\n').map((line) => line.trim());
    const found = lines.filter((line) => line !== '' && !line.startsWith('#'));
    if (found.length === 0 || !found.every((line) => KEY.test(line))) {
      throw new CliError('CLI_USAGE', `Cannot use key: ${word} does not hold one verifier key a line`);
    }
    keys.push(...found);
  }
  return keys;
}

/** Where the public keys of a platform's log are kept beside it, from its first start on. */
export function keptKeysFile(layout: DataDirectory): string {
  return join(layout.operator, 'audit.keys');
}

/**
 * Keeps the public keys of a log for later verifications, once: a log that later signs with others is found out.
 *
 * @returns false where others are kept already
 */
export async function keepKeys(layout: DataDirectory, keys: readonly string[]): Promise<boolean> {
  const text = `${keys.join('\n')}\n`;
  try {
    await writeFile(keptKeysFile(layout), text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    return (await readFile(keptKeysFile(layout), 'utf8')) === text;
  }
}
