import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions } from '../ask-first.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { findUser } from '../find-user.ts';
import type { UserRow } from '../find-user.ts';
import { keyGoing } from '../key-going.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { addSigningKeyCommand } from './service-signing-key.ts';
import { OutFiles, writingFiles } from '../out-files.ts';

/** A key as the API shows it. */
export interface KeyRow {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly actions: readonly string[] | null;
  readonly views: readonly string[] | null;
  readonly purposes: readonly string[] | null;
  readonly status: string;
  readonly expires: string;
  readonly lastUsed: string | null;
}

interface KeyOptions {
  readonly name: string;
  readonly days: string;
  readonly action?: readonly string[];
  readonly view?: readonly string[];
  readonly purpose?: readonly string[];
}

const MOST_DAYS = 730;

/** Programs: accounts, certificates, keys. */
export function addServiceCommand(program: Command, contextOf: ContextOf): void {
  const service = program.command('service').description('programs: add, certificate, key, signing-key');

  writingFiles(service.command('add <name>'))
    .description('make an account for a program, with a certificate, a key, or neither yet')
    .requiredOption('--role <role...>', 'roles of the template')
    .option('--certificate', 'give it a client certificate')
    .option('--key', 'give it a key, printed once')
    .option('--days <n>', 'days that certificate or key count', '90')
    .option('--out <folder>', 'folder for key and certificates (default: ./<name>)')
    .action(async (name: string, options: AddOptions, command: Command) => {
      await add(contextOf(command), name, options);
    });

  writingFiles(service.command('certificate <name>'))
    .description('give a program another client certificate')
    .option('--days <n>', 'days that it counts', '90')
    .option('--out <folder>', 'folder for key and certificates (default: ./<name>)')
    .action(async (name: string, options: CertifyOptions, command: Command) => {
      const context = contextOf(command);
      const places = await certificatePlaces(context, name, options);
      const { id } = await context.withPlatform((client) => findUser(client, name));
      const files = await certify(context, id, places, options.days);
      context.result(files, (made) => `${made.certificate}\n`);
    });

  addSigningKeyCommand(service, contextOf);

  const key = service.command('key').description('keys of programs: add, list, revoke');

  key
    .command('add <owner>')
    .description('make a key and print it, once')
    .option('--name <name>', 'what it is called', 'key')
    .option('--days <n>', 'days that it counts', '90')
    .option('--action <action...>', 'good for these actions only')
    .option('--view <view...>', 'good for these streams, tables and views only')
    .option('--purpose <purpose...>', 'good for these purposes only')
    .action(async (owner: string, options: KeyOptions, command: Command) => {
      const context = contextOf(command);
      const { id } = await context.withPlatform((client) => findUser(client, owner));
      const made = await issueKey(context, id, options);
      context.note(`${made.key.id} counts until ${made.key.expires}; the key is shown this once`);
      context.result(made, ({ secret }) => `${secret}\n`);
      context.next('views --token-file FILE');
    });

  key
    .command('list')
    .description('keys, whose, what for, when last used')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { keys, users } = await context.withPlatform(async (client) => ({
        ...(await client.json<{ keys: KeyRow[] }>('GET', '/v1/api-keys')),
        ...(await client.json<{ users: UserRow[] }>('GET', '/v1/users')),
      }));
      const names = new Map(users.map(({ id, name }) => [id, name]));
      context.result(keys, (rows) =>
        formatTable(
          ['id', 'owner', 'name', 'status', 'good for', 'expires', 'last used'],
          rows.map((row) => [
            row.id,
            names.get(row.user) ?? row.user,
            row.name,
            row.status,
            scopeText(row),
            row.expires,
            row.lastUsed ?? 'never',
          ]),
        ),
      );
    });

  askingFirst(key.command('revoke <id>'))
    .description('take a key back, at its next request')
    .action(async (id: string, options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const row = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const { keys } = await client.json<{ keys: KeyRow[] }>('GET', '/v1/api-keys');
          await askFirst(context, keyGoing(id, keys));
        }
        return client.json<KeyRow>('POST', `/v1/api-keys/${encodeURIComponent(id)}/revoke`, { body: {} });
      });
      context.result(row, () => `${row.id} is ${row.status}\n`);
    });
}

interface CertifyOptions extends AskOptions {
  readonly days: string;
  readonly out?: string;
}

interface AddOptions extends CertifyOptions {
  readonly role: readonly string[];
  readonly certificate?: boolean;
  readonly key?: boolean;
}

async function add(context: CommandContext, name: string, options: AddOptions): Promise<void> {
  if (options.certificate === true && options.key === true) {
    throw new CliError('CLI_USAGE', 'Cannot give both: take --certificate or --key, and add the other afterwards');
  }
  readCount(options.days, '--days', 1, MOST_DAYS);
  const places = options.certificate === true ? await newCertificatePlaces(context, name, options) : null;
  const { user } = await context.withPlatform((client) =>
    client.json<{ user: UserRow }>('POST', '/v1/services', { body: { name, roles: [...options.role] } }),
  );
  context.note(`${name} is ${user.id} with ${user.roles.join(', ')}`);
  if (places !== null) {
    const files = await certify(context, user.id, places, options.days);
    context.result({ user, files }, () => `${files.certificate}\n`);
    context.next('service key list');
  } else if (options.key === true) {
    const { key, secret } = await issueKey(context, user.id, { name: 'key', days: options.days });
    context.note(`${key.id} counts until ${key.expires}; the key is shown this once`);
    context.result({ user, key, secret }, () => `${secret}\n`);
  } else {
    context.result({ user }, () => `${user.id}\n`);
    context.next(`service key add ${name}`);
  }
}

function issueKey(context: CommandContext, id: string, options: KeyOptions): Promise<{ key: KeyRow; secret: string }> {
  const { name, action, view, purpose } = options;
  const body = {
    name,
    days: readCount(options.days, '--days', 1, MOST_DAYS),
    ...(action === undefined ? {} : { actions: [...action] }),
    ...(view === undefined ? {} : { views: [...view] }),
    ...(purpose === undefined ? {} : { purposes: [...purpose] }),
  };
  return context.withPlatform((client) =>
    client.json<{ key: KeyRow; secret: string }>('POST', `/v1/users/${encodeURIComponent(id)}/api-keys`, { body }),
  );
}

interface CertificateFiles {
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
}

interface CertificatePlaces {
  readonly folder: string;
  readonly files: CertificateFiles;
  readonly out: OutFiles;
}

/** Where a certificate goes, before there is one. */
async function certificatePlaces(
  context: CommandContext,
  name: string,
  options: CertifyOptions,
): Promise<CertificatePlaces> {
  const folder = options.out ?? name;
  const files = {
    key: join(folder, 'service.key'),
    certificate: join(folder, 'service.crt'),
    authority: join(folder, 'ca.crt'),
  };
  return { folder, files, out: await OutFiles.open(context, options, ...Object.values(files)) };
}

/** The same for a program that is new: a name that is taken is refused, whatever lies in the folder of its program. */
async function newCertificatePlaces(
  context: CommandContext,
  name: string,
  options: CertifyOptions,
): Promise<CertificatePlaces> {
  const yes = options.yes === true || (await isKnown(context, name));
  return certificatePlaces(context, name, { ...options, yes });
}

async function isKnown(context: CommandContext, name: string): Promise<boolean> {
  const { users } = await context.withPlatform((client) => client.json<{ users: UserRow[] }>('GET', '/v1/users'));
  return users.some((user) => user.name === name);
}

async function certify(
  context: CommandContext,
  id: string,
  { folder, files, out }: CertificatePlaces,
  days: string,
): Promise<CertificateFiles> {
  const body = { days: readCount(days, '--days', 1, MOST_DAYS) };
  const path = `/v1/services/${encodeURIComponent(id)}/certificate`;
  const made = await context.withPlatform((client) => client.json<CertificateFiles>('POST', path, { body }));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await out.write(files.key, made.key, 0o600);
  await out.write(files.certificate, made.certificate);
  await out.write(files.authority, made.authority);
  return files;
}

/** What a key is good for, in words. */
export function scopeText({ actions, views, purposes }: KeyRow): string {
  const parts = Object.entries({ actions, views, purposes }).flatMap(([what, words]) =>
    words === null ? [] : [`${what} ${words.join(',') || 'none'}`],
  );
  return parts.join('; ') || 'all that its owner may';
}
