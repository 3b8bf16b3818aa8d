import { Option } from 'commander';
import type { Command } from 'commander';
import { askFirst, askingFirst, counted } from '../ask-first.ts';
import type { AskOptions, Deed } from '../ask-first.ts';
import type { PlatformClient } from '../platform-client.ts';
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

type Named = Pick<KeyRow, 'kind' | 'name'>;

interface RotationRow {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly rewrapped: number;
  readonly milliseconds: number;
}

const KINDS = 'root, epoch, rows, domain, digest, token, gateway, ticket';

interface RotateOptions extends AskOptions {
  readonly force?: boolean;
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

  askingFirst(
    keys.command('rotate <kind> [name]'),
    'of a token or gateway key: do not ask; what it made before is equal to nothing from then on',
  )
    .description(`make the next version of a key and seal again under it what older ones sealed (${KINDS})`)
    .option('--force', 'of a token key: also where policies or views name tokens')
    .action(async (kind: string, name: string | undefined, options: RotateOptions, command: Command) => {
      const context = contextOf(command);
      const deed = rotating(kind, name);
      if (deed !== null && options.yes !== true) await askFirst(context, deed);
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

  askingFirst(keys.command('retire <kind> [name]'))
    .description('have the active version of a key seal no more; what it sealed opens')
    .action(async (kind: string, name: string | undefined, { yes }: AskOptions, command: Command) => {
      const context = contextOf(command);
      const body = { kind, name: name ?? '' };
      const retired = await context.withPlatform(async (client) => {
        if (yes !== true) {
          await askFirst(context, retiring(body, await findKey(client, body, ({ state }) => state === 'active')));
        }
        return client.json('POST', '/v1/keys/retire', { body });
      });
      context.result(retired, () => `${called(body)} seals no more under the version of before\n`);
    });

  askingFirst(keys.command('destroy <kind> [name]'))
    .description('destroy a version of a key for good, so that nothing opens what it sealed')
    .requiredOption('--key-version <n>', 'the version to destroy')
    .option('--force', 'also where something needs it: what is lost then is said, and nothing gives it back')
    .action(
      async (
        kind: string,
        name: string | undefined,
        options: AskOptions & { keyVersion: string; force?: boolean },
        command: Command,
      ) => {
        const context = contextOf(command);
        const version = readCount(options.keyVersion, '--key-version', 1, Number.MAX_SAFE_INTEGER);
        const key = { kind, name: name ?? '' };
        const gone = await context.withPlatform(async (client) => {
          if (options.yes !== true) {
            const row = await findKey(client, key, (each) => each.version === version);
            await askFirst(context, { deed: `destroy ${called(key)} version ${version}`, goes: lossOf(row) });
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
/** What is lost with the version before of a gateway key, which is destroyed at once. */
const GOES_WITH_GATEWAY_KEY: ReadonlyMap<string, string> = new Map([
  ['content-hash', 'what devices sent before the next start of the gateway and send again is refused as a replay'],
  ['refusal-digest', 'digests of what was refused before are equal to none from the next start of the gateway on'],
]);

/** What goes with a rotation; null where nothing does, since what was sealed is sealed again or opens as before. */
function rotating(kind: string, name = ''): Deed | null {
  if (kind === 'token') {
    return {
      deed: `show tokens of ${name} in another way`,
      goes: 'answers, exports and datasets of before join with nothing from then on',
      advice: 'What is stored is not touched',
    };
  }
  const goes = kind === 'gateway' ? GOES_WITH_GATEWAY_KEY.get(name) : undefined;
  return goes === undefined ? null : { deed: `rotate key gateway ${name}`, goes };
}

/** A version that is retired is never active again. */
function retiring(key: Named, row: KeyRow | undefined): Deed {
  const goes = row === undefined ? 'no version of it is active' : `version ${row.version} would seal no more, for ever`;
  return { deed: `retire ${called(key)}`, goes };
}

async function findKey(
  client: PlatformClient,
  { kind, name }: Named,
  meant: (row: KeyRow) => boolean,
): Promise<KeyRow | undefined> {
  const { keys } = await client.json<{ keys: KeyRow[] }>('GET', '/v1/keys');
  return keys.find((row) => row.kind === kind && row.name === name && meant(row));
}

function usesOf({ uses, limit }: KeyRow): string | null {
  if (uses === null || limit === null) return null;
  return `${uses} of ${limit} (${((uses / limit) * 100).toFixed(3)} %)`;
}

function called({ kind, name }: Named): string {
  return name === '' ? `key ${kind}` : `key ${kind} ${name}`;
}

function lossOf(row: KeyRow | undefined): string {
  if (row === undefined) return 'there is no such version';
  if (row.holds === null) return 'it cannot be told what would be lost';
  if (row.holds === 0) return 'nothing needs it, and it would be gone for good';
  return `${counted(row.holds, 'key')} need it, and what they seal would be lost for good`;
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
