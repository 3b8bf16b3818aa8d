import type { CustodySecrets } from '#trust/keys/index.ts';
import type { CommandContext } from './command-context.ts';
import { readPassphrase, SECRETS } from './passphrase.ts';
import type { AskedSecret } from './passphrase.ts';

/** Options that name files with what opens a root key. */
export interface SecretOptions {
  readonly passphraseFile?: string;
  readonly pinFile?: string;
  readonly transitTokenFile?: string;
}

/**
 * What opens a root key, asked for when it is needed: from the file that was named, else from the service manager, else
 * at the terminal.
 *
 * @param choosing true where a passphrase is being chosen, which is then asked for twice
 */
export function askSecrets(context: CommandContext, options: SecretOptions, choosing = false): CustodySecrets {
  const ask = (secret: AskedSecret, file: string | undefined, twice: boolean) => (): Promise<string> =>
    readPassphrase(
      {
        file,
        credentials: process.env['CREDENTIALS_DIRECTORY'],
        keyboard: process.stdin,
        ask: context.terminal.err,
        secret,
      },
      twice,
    );
  return {
    passphrase: ask(SECRETS.passphrase, options.passphraseFile, choosing),
    pin: ask(SECRETS.pin, options.pinFile, false),
    token: ask(SECRETS.token, options.transitTokenFile, false),
  };
}
