import { Option } from 'commander';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import { addKeyFileCommands } from './keys-files.ts';
import type { ContextOf } from './command.ts';

export interface KeyRow {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly created: string | null;
  readonly uses: number | null;
  readonly limit: number | null;
  readonly holds: number | null;
}

interface RotationRow {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly rewrapped: number;
  readonly milliseconds: number;
}

const KINDS = 'root, epoch, rows, domain, digest, token, gateway, ticket';

interface RotateOptions {
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** Commands that ask a running platform; those that work on files stand in `keys-files.ts`. */
export function addKeysCommand(program: Command, contextOf: ContextOf): void {
  const keys = program.command('keys').description('keys: list, rotate, retire, destroy, move, recover');

  keys
    .command('list')
    .description('every version of every key, what needs it, and how near it is to the bound on its use')
    .addOption(new Option('--state <state>', 'only these').choices(['active', 'retired', 'destroyed']))
    .action(async (options: { state?: string }, command: Command) => {
      const context = contextOf(command);
      const listed = await context.withPlatform((client) =>
        client.json<{ custody: string; keys: KeyRow[] }>('GET', '/v1/keys'),
      );
      const rows = listed.keys.filter(({ state }) => options.state === undefined || state === options.state);
      context.result({ custody: listed.custody, keys: rows }, (shown) => {
        const header = ['kind', 'name', 'version', 'state', 'created', 'needed by', 'uses of limit'];
        return formatTable(
          header,
          shown.keys.map((row) => [row.kind, row.name, row.version, row.state, row.created, row.holds, usesOf(row)]),
        );
      });
      context.note(`the root key is in custody: ${listed.custody}`);
    });

  keys
    .command('rotate <kind> [name]')
    .description(`make the next version of a key and seal again under it what older ones sealed (${KINDS})`)
    .option('--force', 'of a token key: also where policies or views name tokens')
    .option('--yes', 'of a token key: do not ask; tokens that left before join with nothing from then on')
    .action(async (kind: string, name: string | undefined, options: RotateOptions, command: Command) => {
      const context = contextOf(command);
      if (kind === 'token' && options.yes !== true) throw unconfirmed(name);
      const body = { kind, name: name ?? '', ...(options.force === true ? { force: true } : {}) };
      const rotation = await context.withPlatform((client) =>
        client.json<RotationRow>('POST', '/v1/keys/rotate', { body }),
      );
      context.result(rotation, sayRotation);
      if (kind === 'token') {
        context.note('answers, exports and datasets of before have other tokens: they join with nothing from now on');
      }
      if (kind === 'root') {
        context.note('the recovery kit of the old root key opens nothing that is sealed from now on');
        context.next('keys kit');
      }
    });

  keys
    .command('retire <kind> [name]')
    .description('have the active version of a key seal no more; what it sealed opens')
    .action(async (kind: string, name: string | undefined, _options: object, command: Command) => {
      const context = contextOf(command);
      const body = { kind, name: name ?? '' };
      const retired = await context.withPlatform((client) => client.json('POST', '/v1/keys/retire', { body }));
      context.result(retired, () => `${called(body)} seals no more under the version of before\n`);
    });

  keys
    .command('destroy <kind> [name]')
    .description('destroy a version of a key for good, so that nothing opens what it sealed')
    .requiredOption('--key-version <n>', 'the version to destroy')
    .option('--force', 'also where something needs it: what is lost then is said, and nothing gives it back')
    .option('--yes', 'with --force: do not ask for this word')
    .action(
      async (
        kind: string,
        name: string | undefined,
        options: { keyVersion: string; force?: boolean; yes?: boolean },
        command: Command,
      ) => {
        const context = contextOf(command);
        const version = readCount(options.keyVersion, '--key-version', 1, Number.MAX_SAFE_INTEGER);
        const key = { kind, name: name ?? '' };
        const gone = await context.withPlatform(async (client) => {
          if (options.force === true && options.yes !== true) {
            const { keys: rows } = await client.json<{ keys: KeyRow[] }>('GET', '/v1/keys');
            const row = rows.find((each) => each.kind === kind && each.name === key.name && each.version === version);
            throw new CliError('CLI_USAGE', `Cannot shred ${called(key)} version ${version}: ${lossOf(row)}`, {
              hint: 'Add --yes if that is what you want',
            });
          }
          const body = { ...key, version, force: options.force === true };
          return client.json<{ lost: number }>('POST', '/v1/keys/destroy', { body });
        });
        context.result(
          gone,
          ({ lost }) => `${called(key)} version ${version} is destroyed; ${lost} keys went with it\n`,
        );
      },
    );

  addKeyFileCommands(keys, contextOf);
}

/** No rotation brings tokens of before back. */
function unconfirmed(domain = ''): CliError {
  const joins = 'answers, exports and datasets of before join with nothing from then on';
  return new CliError('CLI_UNCONFIRMED', `Cannot show tokens of ${domain} in another way unasked: ${joins}`, {
    hint: 'Rotate them all the same with --yes; what is stored is not touched',
  });
}

function usesOf({ uses, limit }: KeyRow): string | null {
  if (uses === null || limit === null) return null;
  return `${uses} of ${limit} (${((uses / limit) * 100).toFixed(3)} %)`;
}

function called({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return name === '' ? `key ${kind}` : `key ${kind} ${name}`;
}

function lossOf(row: KeyRow | undefined): string {
  if (row === undefined) return 'there is no such version';
  if (row.holds === null) return 'it cannot be told what would be lost';
  return `${row.holds} keys need it, and what they seal would be lost for good`;
}

function sayRotation(rotation: RotationRow): string {
  const { kind, name, version, rewrapped, milliseconds } = rotation;
  if (kind === 'gateway')
    return `${called({ kind, name })} is at version ${version}: the gateway has it from its next start on\n`;
  if (kind === 'token') return `tokens of ${name} are shown under version ${version}, those of old readings too\n`;
  const rate = milliseconds > 0 ? Math.round((rewrapped / milliseconds) * 1_000) : 0;
  const again =
    rewrapped === 0 ? '' : `; ${rewrapped} wraps sealed again in ${Math.round(milliseconds)} ms, ${rate} a second`;
  return `${called(rotation)} seals with version ${version}${again}\n`;
}
