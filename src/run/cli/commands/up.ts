import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { layoutOf, makeLog, requireDeclaredPorts, startPlatform } from '#run/server/index.ts';
import { createFileCustody, createPlacedCustody, inspectCustody, openCustody } from '#trust/keys/index.ts';
import type { Custody } from '#trust/keys/index.ts';
import { announcePlatform } from '../announce-platform.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { DEFAULT_DATA } from '../locate.ts';
import { askSecrets } from '../ask-secrets.ts';
import { PORT_OPTIONS, readPorts } from '../port-options.ts';
import type { PortOptions } from '../port-options.ts';
import { readCount } from '../read-number.ts';
import { readTarget } from '../custody-target.ts';
import { handOutKit, prepareKitFolder } from '../recovery-kit.ts';
import { hearStop } from '../stop-signal.ts';
import { DEFAULT_TEMPLATE, readTemplate } from '../template-source.ts';
import type { ReadTemplate } from '../template-source.ts';
import { keepKeys, readKeys } from '../verifier-keys.ts';
import type { ContextOf } from './command.ts';

interface UpOptions extends PortOptions {
  readonly passphraseFile?: string;
  readonly pinFile?: string;
  readonly transitTokenFile?: string;
  readonly custody?: string;
  readonly auditDirectory?: string;
  readonly workers: string;
  readonly enableOperator?: boolean;
  readonly allowUnconfinedQuery?: boolean;
  readonly acceptOlderTemplate?: boolean;
  readonly recoveryShares: string;
  readonly recoveryThreshold: string;
  readonly recoveryKit?: string;
  readonly witness?: string;
  readonly witnessKey?: readonly string[];
}

const NEXT = ['status', 'device enrol NAME --type TYPE', 'user add NAME --role ROLE', 'prove'] as const;

export function addUpCommand(program: Command, contextOf: ContextOf): void {
  const up = program
    .command('up')
    .description('run a platform in the foreground, until it is asked to stop')
    .option('--passphrase-file <file>', 'file with the root passphrase (else: service credential, else the terminal)')
    .option('--pin-file <file>', 'file with the PIN of a security module (else likewise)')
    .option('--transit-token-file <file>', 'file with the token of a transit server (else likewise)')
    .option('--custody <file>', 'where the root key is to be, at the first start; by default a file under a passphrase')
    .option('--audit-directory <folder>', 'where the log is, best on another volume')
    .option('--workers <n>', 'threads that take readings', '1')
    .option('--allow-unconfined-query', 'run queries where the operating system cannot confine them')
    .option('--enable-operator', 'let the operator in again who was disabled')
    .option('--accept-older-template', 'after a restore: start with an older template than the log says is in force')
    .option('--recovery-shares <n>', 'lines of the recovery kit, at the first start', '5')
    .option('--recovery-threshold <k>', 'how many of them give the root key back', '3')
    .option('--recovery-kit <folder>', 'write the recovery kit to files there instead of showing it')
    .option('--witness <url>', 'a witness that cosigns the log')
    .option('--witness-key <key...>', 'its keys, or a file with a key a line')
    .action(async (options: UpOptions, command: Command) => {
      await run(contextOf(command), options);
    });
  for (const option of PORT_OPTIONS) up.addOption(option);
}

async function run(context: CommandContext, options: UpOptions): Promise<void> {
  // What the platform and its processes write is for its user alone, whatever the shell says.
  process.umask(0o077);
  using stop = hearStop(process, () => process.exit(1));
  const workers = readCount(options.workers, '--workers', 1, 64);
  const ports = readPorts(options);
  const witnessKeys = await readKeys(options.witnessKey ?? []);
  if ((options.witness === undefined) !== (witnessKeys.length === 0)) {
    throw new CliError('CLI_USAGE', 'Cannot use witness: --witness and --witness-key go together');
  }
  const layout = layoutOf(context.options.data ?? DEFAULT_DATA, options.auditDirectory);
  const isFirst = (await inspectCustody(layout.keys)) === null;
  // The template first: whoever chose a passphrase must not lose it to a misspelt word.
  const given = readGiven(context.options.template, isFirst);
  // And the ports: the recovery kit is shown once, and nobody should take it for a part of what failed.
  if (isFirst && given !== null) await requireDeclaredPorts(given.template, ports);
  await using custody = await openRootKey(layout.keys, context, options);
  await using platform = await startPlatform({
    data: layout.root,
    custody,
    source: given?.source ?? null,
    ports,
    gatewayWorkers: workers,
    log: makeLog('control'),
    ...(options.witness === undefined ? {} : { witness: { url: options.witness, keys: witnessKeys } }),
    ...(options.auditDirectory === undefined ? {} : { auditDirectory: options.auditDirectory }),
    ...(options.acceptOlderTemplate === undefined ? {} : { acceptOlderTemplate: options.acceptOlderTemplate }),
    ...(options.enableOperator === undefined ? {} : { enableOperator: options.enableOperator }),
    ...(options.allowUnconfinedQuery === undefined ? {} : { allowUnconfinedQuery: options.allowUnconfinedQuery }),
  });
  if (!(await keepKeys(layout, platform.verifierKeys))) context.note('the log signs with other keys than were kept');
  const here = NEXT.map((command) => context.here(command));
  context.result({ address: platform.address, keys: platform.verifierKeys }, () =>
    announcePlatform(platform.address, platform.template.name, here),
  );
  for (const { detail } of (await platform.status()).exposures) context.note(`memory is exposed: ${detail}`);
  if (given === null) {
    const back = context.here('template show --out .');
    context.note(
      `${DEFAULT_TEMPLATE} is not here: the template in force goes on; have it back with \`npm run -s weir -- ${back}\``,
    );
  }
  if (platform.proposal)
    context.note('the template is not the one in force: see `npm run -s weir -- plan`, then apply');
  await stop.asked;
  context.note('stopping');
}

/** The template file that is named or here; null where there is none and one is in force already, as after a restore. */
function readGiven(named: string | undefined, isFirst: boolean): ReadTemplate | null {
  if (named === undefined && !isFirst && !existsSync(DEFAULT_TEMPLATE)) return null;
  return readTemplate(named ?? DEFAULT_TEMPLATE);
}

/** The root key: opened wherever it is, or at the first start made, with its recovery kit handed out once. */
async function openRootKey(folder: string, context: CommandContext, options: UpOptions): Promise<Custody> {
  if ((await inspectCustody(folder)) !== null) {
    return openCustody(folder, askSecrets(context, options), systemRandom, systemClock);
  }
  if (options.custody !== undefined) {
    const target = await readTarget(options.custody);
    if (target.kind !== 'passphrase') {
      const sources = { clock: systemClock, random: systemRandom };
      return createPlacedCustody(folder, target, askSecrets(context, options), sources);
    }
  }
  const count = readCount(options.recoveryShares, '--recovery-shares', 2, 255);
  const threshold = readCount(options.recoveryThreshold, '--recovery-threshold', 2, count);
  if (options.recoveryKit !== undefined) await prepareKitFolder(options.recoveryKit);
  const passphrase = await askSecrets(context, options, true).passphrase();
  const custody = await createFileCustody(folder, { passphrase }, { clock: systemClock, random: systemRandom });
  await handOutKit(context, custody.recoveryShares(threshold, count), threshold, options.recoveryKit);
  return custody;
}
