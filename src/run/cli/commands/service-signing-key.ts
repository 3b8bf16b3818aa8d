import type { Command } from 'commander';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions } from '../ask-first.ts';
import { findUser } from '../find-user.ts';
import type { UserRow } from '../find-user.ts';
import { keyGoing } from '../key-going.ts';
import { readCount } from '../read-number.ts';
import { readTextFile } from '../read-text-file.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface SigningKeyRow {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly algorithm: string;
  readonly status: string;
  readonly expires: string;
}

const MOST_DAYS = 730;

/** Public keys by which people and programs without a client certificate sign their requests. */
export function addSigningKeyCommand(service: Command, contextOf: ContextOf): void {
  const key = service
    .command('signing-key')
    .description('public keys that requests are signed with: add, list, revoke');

  key
    .command('add <owner> <file>')
    .description('register a public key (PEM) and print the keyid of its signatures')
    .option('--name <name>', 'what it is called', 'key')
    .option('--days <n>', 'days that it counts', '90')
    .action(async (owner: string, file: string, options: { name: string; days: string }, command: Command) => {
      const context = contextOf(command);
      const days = readCount(options.days, '--days', 1, MOST_DAYS);
      const body = { name: options.name, key: await readTextFile(file), days };
      const row = await context.withPlatform(async (client) => {
        const { id } = await findUser(client, owner);
        return client.json<SigningKeyRow>('POST', `/v1/users/${encodeURIComponent(id)}/signing-keys`, { body });
      });
      context.note(`it counts until ${row.expires}`);
      context.result(row, ({ id }) => `${id}\n`);
    });

  key
    .command('list')
    .description('keys, whose, until when')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { keys, users } = await context.withPlatform(async (client) => ({
        ...(await client.json<{ keys: SigningKeyRow[] }>('GET', '/v1/signing-keys')),
        ...(await client.json<{ users: UserRow[] }>('GET', '/v1/users')),
      }));
      const names = new Map(users.map(({ id, name }) => [id, name]));
      const cells = (row: SigningKeyRow) => [
        row.id,
        names.get(row.user) ?? row.user,
        row.name,
        row.algorithm,
        row.status,
        row.expires,
      ];
      context.result(keys, (rows) =>
        formatTable(['id', 'owner', 'name', 'algorithm', 'status', 'expires'], rows.map(cells)),
      );
    });

  askingFirst(key.command('revoke <id>'))
    .description('take a key back: what it signs counts for nothing')
    .action(async (id: string, options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const row = await context.withPlatform(async (client) => {
        if (options.yes !== true) {
          const { keys } = await client.json<{ keys: SigningKeyRow[] }>('GET', '/v1/signing-keys');
          await askFirst(context, keyGoing(id, keys));
        }
        return client.json<SigningKeyRow>('POST', `/v1/signing-keys/${encodeURIComponent(id)}/revoke`, { body: {} });
      });
      context.result(row, () => `${row.id} is ${row.status}\n`);
    });
}
