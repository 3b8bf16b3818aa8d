import { readFile } from 'node:fs/promises';
import { askSecretly } from './ask-secretly.ts';
import type { Keyboard } from './ask-secretly.ts';
import { CliError } from './errors.ts';

/** Where a secret can come from: a file that was named, or whoever is at the terminal. */
export interface SecretSources {
  readonly file: string | undefined;
  readonly keyboard: Keyboard;
  readonly ask: (text: string) => void;
}

/**
 * A secret of a person: never from arguments or the environment, where other programs can read it.
 *
 * @param what such as `password`, for questions and messages
 * @param twice asks at the terminal again, for one that is being chosen
 * @throws {CliError} CLI_NO_SECRET
 */
export async function readSecretOf(what: string, sources: SecretSources, twice = false): Promise<string> {
  const { file, keyboard, ask } = sources;
  if (file !== undefined) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new CliError('CLI_NO_SECRET', `Cannot read ${what}: ${file} is not there or not readable`, {
        hint: `Name a file that holds the ${what} and nothing else, or leave the option out to be asked at the terminal`,
        cause,
      });
    });
    // Editors and `echo` end a file with a newline that nobody means.
    return text.replace(/\r?\n$/, '');
  }
  if (keyboard.isTTY !== true || keyboard.setRawMode === undefined) {
    throw new CliError('CLI_NO_SECRET', `Cannot ask for ${what}: there is no terminal`, {
      hint: `Name a file that holds it with --${what}-file`,
    });
  }
  const secret = await askSecretly(keyboard, ask, `${what}: `);
  if (twice && (await askSecretly(keyboard, ask, 'once more: ')) !== secret) {
    throw new CliError('CLI_NO_SECRET', `Cannot take ${what}: the two differ`);
  }
  return secret;
}
