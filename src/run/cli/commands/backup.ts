import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Json } from '#base/core/index.ts';
import { makeLog, restoreBackup, verifyBackup } from '#run/server/index.ts';
import type { BackupPlace, BackupReport, BackupRun, RestoreOptions, ShownTarget } from '#run/server/index.ts';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions, Deed } from '../ask-first.ts';
import { askSecrets } from '../ask-secrets.ts';
import type { SecretOptions } from '../ask-secrets.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { chooseDataDirectory } from '../locate.ts';
import type { PlatformClient } from '../platform-client.ts';
import { ProgressBar } from '../progress-bar.ts';
import { readShares } from '../read-shares.ts';
import { readTextFile } from '../read-text-file.ts';
import { readS3Access } from '../s3-access.ts';
import type { S3Options } from '../s3-access.ts';
import { formatTable } from '../text-table.ts';
import { readKeys } from '../verifier-keys.ts';
import type { ContextOf } from './command.ts';

interface CreateOptions extends S3Options, AskOptions {
  readonly to: string;
  readonly check?: boolean;
  readonly takeOver?: boolean;
  readonly standsIn?: string;
}

interface VerifyOptions extends S3Options {
  readonly from: string;
  readonly key?: readonly string[];
}

interface RestoreCommandOptions extends SecretOptions, S3Options {
  readonly from: string;
  readonly shareFile?: readonly string[];
  readonly auditDirectory?: string;
  readonly log?: string;
  readonly checkpoint?: readonly string[];
  readonly knownBy?: readonly string[];
  readonly witness?: string;
  readonly witnessKey?: readonly string[];
  readonly acceptGap?: boolean;
}

const CREDENTIALS = new Option('--credentials-file <file>', 'file with aws_access_key_id and aws_secret_access_key');
const ENDPOINT = new Option('--endpoint <url>', 'address of the object store');
const REGION = new Option('--region <name>', 'its region');

/** How often is asked how far a backup is. */
const ASK_EVERY_MS = 200;
const MIB = 1_048_576;

/** Backups: making, verifying, restoring, and where they are. */
export function addBackupCommand(program: Command, contextOf: ContextOf): void {
  const backup = program.command('backup').description('backups: make, verify, restore them');

  askingFirst(backup.command('create'), 'with --take-over: do not ask')
    .description('bring a place to the state of now; what is there already is not copied again')
    .requiredOption('--to <place>', 'directory or s3://BUCKET/PREFIX, empty at the first time')
    .option('--check', 'read again what is there, and mend it')
    .option('--stands-in <region>', 'where the place stands, for data that have to stay in a region')
    .option('--take-over', 'go on where another copy of this platform wrote last, such as the one that was restored')
    .addOption(CREDENTIALS)
    .addOption(ENDPOINT)
    .addOption(REGION)
    .action((options: CreateOptions, command: Command) => create(contextOf(command), options));

  backup
    .command('list')
    .description('where this platform is backed up to, and what is there')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { targets } = await context.withPlatform((client) =>
        client.json<{ targets: ShownTarget[] }>('GET', '/v1/backups'),
      );
      context.result(targets, showTargets);
      if (targets.length === 0) context.next('backup create --to DIRECTORY');
    });

  backup
    .command('verify')
    .description('read every byte of a backup and hold it against what was signed')
    .requiredOption('--from <place>', 'where it is')
    .option('--key <key...>', 'keys to believe it by, or files with a key a line (default: those of the platform here)')
    .addOption(CREDENTIALS)
    .addOption(ENDPOINT)
    .addOption(REGION)
    .action((options: VerifyOptions, command: Command) => verify(contextOf(command), options));

  backup
    .command('restore')
    .description('put a platform back from its backup, into an empty directory (--data)')
    .requiredOption('--from <place>', 'where it is')
    .option('--passphrase-file <file>', 'file with the root passphrase (else: service credential, else the terminal)')
    .option(
      '--share-file <file...>',
      'files with lines of the recovery kit, where the passphrase is lost; a new one is asked for',
    )
    .option('--pin-file <file>', 'file with the PIN of a security module')
    .option('--transit-token-file <file>', 'file with the token of a transit server')
    .option('--audit-directory <folder>', 'where the log is to be')
    .option('--log <folder>', 'a log that outlived the platform and is newer than that of the backup')
    .option('--checkpoint <file...>', 'checkpoints of the log that somebody kept: it must have come as far')
    .option('--known-by <place...>', 'other backups of this platform: the log must have come as far as theirs')
    .option('--witness <url>', 'a witness of the log: it must have come as far as what that has cosigned')
    .option('--witness-key <key...>', 'its keys, or a file with a key a line')
    .option('--accept-gap', 'go on where the log lacks entries: certificates and consents wait to be confirmed')
    .addOption(CREDENTIALS)
    .addOption(ENDPOINT)
    .addOption(REGION)
    .action((options: RestoreCommandOptions, command: Command) => restore(contextOf(command), options));

  askingFirst(
    backup.command('forget <target>'),
    'do not ask: what is still there would keep what is erased from now on',
  )
    .description('forget a place that is no more, so that erasures need not reach it; nothing there is touched')
    .action(async (id: string, { yes }: { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/backups/${encodeURIComponent(id)}/forget`;
      const done = await context.withPlatform(async (client) => {
        if (yes !== true) {
          const { targets } = await client.json<{ targets: ShownTarget[] }>('GET', '/v1/backups');
          await askFirst(context, forgetting(id, targets.find((target) => target.id === id)?.location));
        }
        return client.json('POST', path, { body: {} });
      });
      context.result(done, () => `${id} is forgotten\n`);
      context.next('backup list');
    });
}

function forgetting(id: string, location = 'no place that is known here'): Deed {
  return {
    deed: `forget ${id} (${location})`,
    goes: 'erasures would not reach what is there any more',
    advice: 'Destroy what is there first',
  };
}

async function create(context: CommandContext, options: CreateOptions): Promise<void> {
  const { to, check, takeOver, standsIn } = options;
  const place = await placeOf(to, options);
  if (takeOver === true && options.yes !== true) {
    const goes = 'what another copy of this platform wrote there would go, where it is not what is here';
    await askFirst(context, { deed: `take over ${to}`, goes });
  }
  const bar = new ProgressBar(context.terminal, 'backup');
  const run = await context.withPlatform(async (client) => {
    const where = standsIn === undefined ? {} : { standsIn };
    const body = { ...jsonOf(place), ...where, check: check === true, takeOver: takeOver === true };
    return follow(client, await client.json<BackupRun>('POST', '/v1/backups', { body }), bar);
  });
  bar.end();
  if (run.failure !== null) {
    const { detail, hint, code } = run.failure;
    throw new CliError('CLI_REFUSED', detail, {
      ...(hint === undefined ? {} : { hint }),
      cause: { status: 500, code },
    });
  }
  for (const id of run.result?.missing ?? []) context.note(`segment ${id} is damaged here and not in the backup`);
  context.result(run, ({ result }) => {
    const { segments = 0, bytes = 0, copied = 0, copied_bytes: fresh = 0 } = result ?? {};
    return `${to} has all up to ${result?.at}: ${segments} segments, ${size(bytes)}; copied ${copied} (${size(fresh)})\n`;
  });
  context.next(`backup verify --from ${to}`);
}

async function follow(client: PlatformClient, begun: BackupRun, bar: ProgressBar): Promise<BackupRun> {
  let run = begun;
  while (run.state === 'running') {
    await sleep(ASK_EVERY_MS);
    run = await client.json<BackupRun>('GET', `/v1/backups/runs/${run.id}`);
    bar.update(run.done / Math.max(run.total, 1), size(run.done));
  }
  return run;
}

async function verify(context: CommandContext, options: VerifyOptions): Promise<void> {
  const { from, key } = options;
  const keys =
    key === undefined
      ? (await context.withPlatform((client) => client.json<{ keys: string[] }>('GET', '/v1/prove/keys'))).keys
      : await readKeys(key);
  const bar = new ProgressBar(context.terminal, 'verify');
  const report = await verifyBackup(await placeOf(from, options), keys, (done, total) =>
    bar.update(done / Math.max(total, 1), size(done)),
  );
  bar.end();
  context.result(report, showReport(from));
  for (const id of report.missing) context.note(`segment ${id} was damaged when the backup was made, and is not in it`);
  if (report.damaged.length > 0) {
    throw new CliError('CLI_BACKUP_DAMAGED', `Cannot believe the backup: ${report.damaged.length} objects differ`, {
      hint: 'Mend it with `npm run -s weir -- backup create --check`, or restore from another one',
    });
  }
  context.next(`backup restore --from ${from} --data NEW`);
}

async function restore(context: CommandContext, options: RestoreCommandOptions): Promise<void> {
  const { from, shareFile, auditDirectory } = options;
  const shares = shareFile === undefined ? undefined : await readShares(shareFile);
  const data = chooseDataDirectory(context.options.data);
  const bar = new ProgressBar(context.terminal, 'restore');
  const restored = await restoreBackup({
    place: await placeOf(from, options),
    data,
    ...(auditDirectory === undefined ? {} : { auditDirectory }),
    secrets: askSecrets(context, options, shares !== undefined),
    ...(shares === undefined ? {} : { shares }),
    ...(options.log === undefined ? {} : { newerLog: resolve(options.log) }),
    known: await knownOf(options),
    acceptGap: options.acceptGap === true,
    log: makeLog('control'),
    onProgress: (done, total) => bar.update(done / Math.max(total, 1), size(done)),
  });
  bar.end();
  for (const id of restored.missing)
    context.note(`segment ${id} was damaged when the backup was made, and is not in it`);
  context.result(
    restored,
    ({ at, segments, bytes }) =>
      `${data} has all up to ${at}: ${segments} segments, ${size(bytes)}; readings since then are not in it\n`,
  );
  if (restored.gap !== null) {
    const { from: first, to } = restored.gap;
    context.note(`the log lacks its entries ${first} to ${to - 1}: certificates and consents wait to be confirmed`);
  }
  context.next(`up --data ${data}`);
  context.note('beside a platform that runs on the same ports: add --mqtt-port 0 --https-port 0 --api-port 0');
}

async function knownOf(options: RestoreCommandOptions): Promise<NonNullable<RestoreOptions['known']>> {
  const keys = await readKeys(options.witnessKey ?? []);
  if ((options.witness === undefined) !== (keys.length === 0)) {
    throw new CliError('CLI_USAGE', 'Cannot use witness: --witness and --witness-key go together');
  }
  return {
    checkpoints: await Promise.all((options.checkpoint ?? []).map((file) => readTextFile(file))),
    places: await Promise.all((options.knownBy ?? []).map((place) => placeOf(place, options))),
    ...(options.witness === undefined ? {} : { witness: { url: options.witness, keys } }),
  };
}

async function placeOf(words: string, options: S3Options): Promise<BackupPlace> {
  if (!words.startsWith('s3://')) return { location: resolve(words) };
  const s3 = await readS3Access(options);
  return s3 === null ? { location: words } : { location: words, s3 };
}

function jsonOf({ location, s3 }: BackupPlace): Readonly<Record<string, Json>> {
  if (s3 === undefined) return { location };
  const { credentials, ...rest } = s3;
  return { location, s3: { ...rest, credentials: { ...credentials } } };
}

function size(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function showReport(from: string): (report: BackupReport) => string {
  return ({ at, segments, objects, bytes, damaged }) =>
    damaged.length === 0
      ? `${from} is whole: all up to ${at}, ${segments} segments, ${objects} objects, ${size(bytes)}\n`
      : damaged.map((key) => `damaged: ${key}\n`).join('');
}

function showTargets(targets: readonly ShownTarget[]): string {
  if (targets.length === 0) return 'there is no backup\n';
  return formatTable(
    ['id', 'place', 'has all up to', 'segments', 'size', 'erasures'],
    targets.map(({ id, location, last, behind }) => [
      id,
      location,
      last?.at ?? '',
      last?.segments ?? 0,
      size(last?.bytes ?? 0),
      behind === null ? 'all reached it' : `not reached since ${behind}`,
    ]),
  );
}
