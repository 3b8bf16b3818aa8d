import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { layoutOf, lockDirectory, makeLog, moveRootKey } from '#run/server/index.ts';
import { inspectCustody, openFileCustody, restoreFileCustody } from '#trust/keys/index.ts';
import { askSecrets } from '../ask-secrets.ts';
import type { SecretOptions } from '../ask-secrets.ts';
import type { CommandContext } from '../command-context.ts';
import { readTarget } from '../custody-target.ts';
import { CliError } from '../errors.ts';
import { chooseDataDirectory } from '../locate.ts';
import { readCount } from '../read-number.ts';
import { readShares } from '../read-shares.ts';
import { handOutKit, prepareKitFolder } from '../recovery-kit.ts';
import type { ContextOf } from './command.ts';

interface KitOptions {
  readonly recoveryShares: string;
  readonly recoveryThreshold: string;
  readonly recoveryKit?: string;
}

/** Commands on the files of a root key. Those that change them want a platform that does not run. */
export function addKeyFileCommands(keys: Command, contextOf: ContextOf): void {
  withKit(keys.command('kit'))
    .description('hand out a recovery kit for the root key of now, once; the kits of older ones stay as they are')
    .option('--passphrase-file <file>', 'file with the root passphrase (else: service credential, else the terminal)')
    .action(async (options: KitOptions & SecretOptions, command: Command) => {
      const context = contextOf(command);
      const { count, threshold } = await readKit(options);
      const folder = keysOf(context);
      await requirePassphrase(folder);
      await using custody = await openFileCustody(folder, await askSecrets(context, options).passphrase(), random);
      await handOutKit(context, custody.recoveryShares(threshold, count), threshold, options.recoveryKit);
      context.note(`it is the kit of generation ${custody.generations.at(-1)}: destroy the lines of older ones`);
    });

  keys
    .command('recover')
    .description('put a lost root key back from the lines of its recovery kit, under a new passphrase')
    .requiredOption(
      '--share-file <file...>',
      'files with a line of the kit each, or several; - reads them from the input',
    )
    .option('--passphrase-file <file>', 'file with the new passphrase (else: service credential, else the terminal)')
    .action(async (options: SecretOptions & { shareFile: readonly string[] }, command: Command) => {
      const context = contextOf(command);
      const layout = layoutOf(chooseDataDirectory(context.options.data));
      const lines = await readShares(options.shareFile);
      await mkdir(layout.keys, { recursive: true, mode: 0o700 });
      await using _held = await lockDirectory(layout);
      const passphrase = await askSecrets(context, options, true).passphrase();
      await using custody = await restoreFileCustody(layout.keys, lines, passphrase, { clock, random });
      const generation = custody.generations.at(-1);
      context.result({ restored: true, generation }, () => `the root key of generation ${generation} is back\n`);
      context.next('up');
    });

  withKit(keys.command('move'))
    .description('move the root key to another custody; the platform must not run')
    .requiredOption('--to <place>', 'passphrase, or a file that names a security module or transit server')
    .option('--passphrase-file <file>', 'file with the passphrase of now')
    .option('--new-passphrase-file <file>', 'file with the passphrase that is chosen')
    .option('--pin-file <file>', 'file with the PIN of a security module')
    .option('--transit-token-file <file>', 'file with the token of a transit server')
    .option('--audit-directory <folder>', 'where the log is')
    .action(
      async (
        options: KitOptions & SecretOptions & { to: string; newPassphraseFile?: string; auditDirectory?: string },
        command: Command,
      ) => {
        const context = contextOf(command);
        const target = await readTarget(options.to);
        const { count, threshold } = await readKit(options);
        const from = askSecrets(context, options);
        const chosen = options.newPassphraseFile === undefined ? {} : { passphraseFile: options.newPassphraseFile };
        const { passphraseFile: _now, ...rest } = options;
        const moved = await moveRootKey({
          data: chooseDataDirectory(context.options.data),
          ...(options.auditDirectory === undefined ? {} : { auditDirectory: options.auditDirectory }),
          target,
          from,
          to: remembering(askSecrets(context, { ...rest, ...chosen }, true)),
          log: makeLog('control'),
          onKit: (custody) =>
            handOutKit(context, custody.recoveryShares(threshold, count), threshold, options.recoveryKit),
        });
        context.result(
          moved,
          (done) => `the root key is in custody ${done.kind}; ${done.moved} things were sealed anew\n`,
        );
        context.next('up');
      },
    );
}

function withKit(command: Command): Command {
  return command
    .option('--recovery-shares <n>', 'lines of the recovery kit', '5')
    .option('--recovery-threshold <k>', 'how many of them give the root key back', '3')
    .option('--recovery-kit <folder>', 'write the recovery kit to files there instead of showing it');
}

async function readKit(options: KitOptions): Promise<{ readonly count: number; readonly threshold: number }> {
  const count = readCount(options.recoveryShares, '--recovery-shares', 2, 255);
  const threshold = readCount(options.recoveryThreshold, '--recovery-threshold', 2, count);
  if (options.recoveryKit !== undefined) await prepareKitFolder(options.recoveryKit);
  return { count, threshold };
}

function keysOf(context: CommandContext): string {
  return layoutOf(chooseDataDirectory(context.options.data)).keys;
}

async function requirePassphrase(folder: string): Promise<void> {
  const place = await inspectCustody(folder);
  if (place === null || place.kind === 'passphrase') return;
  throw new CliError('CLI_USAGE', `Cannot make a recovery kit: the root key is in custody ${place.kind}`, {
    hint: 'Such a key cannot be shown: back its module or server up with its own means',
  });
}

/** A passphrase that was chosen is needed twice, to make the key and to open it: it is asked for once. */
function remembering<T extends object>(secrets: T): T {
  const known = new Map<PropertyKey, unknown>();
  return new Proxy(secrets, {
    get: (of, name) => () => {
      if (!known.has(name)) known.set(name, (Reflect.get(of, name) as () => unknown)());
      return known.get(name);
    },
  });
}
