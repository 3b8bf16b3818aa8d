import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '#base/core/index.ts';
import { askSecretly } from './ask-secretly.ts';
import type { Keyboard } from './ask-secretly.ts';
import { CliError } from './errors.ts';

export interface PassphraseSources {
  /** File that was named; undefined for none. */
  readonly file: string | undefined;
  /** Folder in which the service manager puts credentials; undefined for none. */
  readonly credentials: string | undefined;
  readonly keyboard: Keyboard;
  readonly ask: (text: string) => void;
  /** What is asked for; the root passphrase where nothing is said. */
  readonly secret?: AskedSecret;
}

/** A secret that somebody has to give. */
export interface AskedSecret {
  /** How it is called in questions and messages. */
  readonly called: string;
  /** Name of the credential of a service. */
  readonly credential: string;
  /** Option that names its file. */
  readonly option: string;
}

/** The secrets that open a root key, by where it is. */
export const SECRETS = {
  passphrase: { called: 'passphrase', credential: 'weir-passphrase', option: '--passphrase-file' },
  pin: { called: 'PIN', credential: 'weir-pin', option: '--pin-file' },
  token: { called: 'transit token', credential: 'weir-transit-token', option: '--transit-token-file' },
} as const satisfies Record<string, AskedSecret>;

const LONGEST = 1_024;

/**
 * The root passphrase, or another secret that opens the root key: from the file that was named, else from the service manager, else from whoever is at the
 * terminal. Never from arguments or the environment, where other programs can read it.
 *
 * @param twice asks at the terminal again, for a passphrase that is being chosen
 * @throws {CliError} CLI_NO_PASSPHRASE if there is none to be had, or the two differ
 */
export async function readPassphrase(sources: PassphraseSources, twice: boolean): Promise<string> {
  const { file, credentials, keyboard, ask, secret = SECRETS.passphrase } = sources;
  const { called, credential, option } = secret;
  if (file !== undefined) return await fromFile(file, secret);
  if (credentials !== undefined) {
    const found = await fromFile(join(credentials, credential), secret).catch((error: unknown) => {
      if (error instanceof CliError && hasCode(error.cause, 'ENOENT')) return null;
      throw error;
    });
    if (found !== null) return found;
  }
  if (keyboard.isTTY !== true || keyboard.setRawMode === undefined) {
    throw new CliError('CLI_NO_PASSPHRASE', `Cannot open root key: there is no terminal to ask for the ${called}`, {
      hint: `Name a file with ${option}, or hand it over as the service credential ${credential}`,
    });
  }
  const passphrase = await askSecretly(keyboard, ask, twice ? `choose a ${called} for the root key: ` : `${called}: `);
  if (twice && (await askSecretly(keyboard, ask, 'once more: ')) !== passphrase) {
    throw new CliError('CLI_NO_PASSPHRASE', 'Cannot make root key: the two passphrases differ');
  }
  return passphrase;
}

async function fromFile(path: string, { called, option }: AskedSecret): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = hasCode(cause, 'ENOENT') ? 'is not there' : 'is not readable';
    throw new CliError('CLI_NO_PASSPHRASE', `Cannot read ${called}: ${path} ${why}`, {
      hint: `Name a file that holds it with ${option}, readable by you alone, or leave the option out to be asked at the terminal`,
      cause,
    });
  });
  // Editors and `echo` end a file with a newline that nobody means.
  const passphrase = text.replace(/\r?\n$/, '');
  if (passphrase === '' || passphrase.length > LONGEST) {
    throw new CliError('CLI_NO_PASSPHRASE', `Cannot use ${path} as ${called}: it is empty or too long`, {
      hint: `It is to hold the ${called} and nothing else, ${LONGEST} characters at most`,
    });
  }
  return passphrase;
}
