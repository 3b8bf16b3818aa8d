import type { Command } from 'commander';
import { parseDuration } from '#declare/template/index.ts';
import { askFirst, askingFirst, counted } from '../ask-first.ts';
import type { AskOptions, Deed } from '../ask-first.ts';
import { CliError } from '../errors.ts';
import { readRecords } from '../replay/read-records.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface NewToken {
  readonly token: string;
  readonly device: string;
  readonly type: string;
  readonly expires: string;
}

interface ExpectedRow {
  readonly name: string;
  readonly type: string;
  readonly manufacturer: string;
  readonly serial: string;
  readonly used: string | null;
}

interface ExpectOptions extends AskOptions {
  readonly list?: true;
  readonly remove?: string;
  readonly clear?: true;
}

const COLUMNS = ['manufacturer', 'serial', 'name', 'type', 'owner', 'model', 'firmware'] as const;
const NEEDED: readonly string[] = ['manufacturer', 'serial', 'name', 'type'];
/** What the platform takes in one list. */
const MOST = 20_000;
/** Names that are said before they go. */
const MOST_NAMED = 10;

/** Adds the commands by which devices come to enrol by themselves. */
export function addEnrolmentCommands(device: Command, contextOf: ContextOf): void {
  device
    .command('token <name>')
    .description('a token with which one device enrols over EST, once')
    .requiredOption('--type <type>', 'device type of the template')
    .option('--life <duration>', 'how long it can be used, from 1m to 7d', '1h')
    .action(async (name: string, options: { type: string; life: string }, command: Command) => {
      const context = contextOf(command);
      const body = { type: options.type, minutes: readMinutes(options.life) };
      const path = `/v1/devices/${encodeURIComponent(name)}/enrol-token`;
      const made = await context.withPlatform((client) => client.json<NewToken>('POST', path, { body }));
      context.note(`${name} can enrol with it once, until ${made.expires}; it is shown this once`);
      context.result(made, ({ token }) => `${token}\n`);
    });

  askingFirst(device.command('expect'), 'with --remove or --clear: do not ask')
    .argument('[file]', 'CSV or JSON lines')
    .description('devices that may enrol with their manufacturer’s certificate: add those of a file, list, take off')
    .option('--list', 'show those that are awaited and those that came')
    .option('--remove <name>', 'take one off the list')
    .option('--clear', 'take all off that did not come')
    .action(async (file: string | undefined, options: ExpectOptions, command: Command) => {
      const context = contextOf(command);
      const wanted = [file, options.list, options.remove, options.clear].filter((one) => one !== undefined);
      if (wanted.length !== 1) {
        throw new CliError('CLI_USAGE', 'Cannot tell what to expect: give a file, --list, --remove or --clear', {
          hint: 'Such as weir device expect devices.csv',
        });
      }
      if (options.list === true) return listExpected(context);
      if (file === undefined) return takeOff(context, options);
      const body = { devices: await readExpected(file) };
      const { added, known } = await context.withPlatform((client) =>
        client.json<{ added: number; known: number }>('POST', '/v1/expected-devices', { body }),
      );
      context.result({ added, known }, () => `${added} devices are expected now, ${known} were already\n`);
    });
}

async function listExpected(context: ReturnType<ContextOf>): Promise<void> {
  const { total, devices } = await context.withPlatform((client) =>
    client.json<{ total: number; devices: readonly ExpectedRow[] }>('GET', '/v1/expected-devices?limit=20000'),
  );
  if (total > devices.length) context.note(`the first ${devices.length} of ${total}`);
  context.result(devices, (rows) =>
    formatTable(
      ['name', 'type', 'manufacturer', 'serial', 'came'],
      rows.map(({ name, type, manufacturer, serial, used }) => [name, type, manufacturer, serial, used ?? '-']),
    ),
  );
}

async function takeOff(context: ReturnType<ContextOf>, { remove: name, yes }: ExpectOptions): Promise<void> {
  const body = name === undefined ? { all: true } : { name };
  const { removed } = await context.withPlatform(async (client) => {
    if (yes !== true) {
      const { devices } = await client.json<{ devices: ExpectedRow[] }>('GET', '/v1/expected-devices?limit=20000');
      const awaited = devices.filter(({ used }) => used === null);
      await askFirst(
        context,
        takingOff(name, name === undefined ? awaited : devices.filter((row) => row.name === name)),
      );
    }
    return client.json<{ removed: number }>('POST', '/v1/expected-devices/remove', { body });
  });
  context.result({ removed }, () => `${removed} devices are expected no more\n`);
}

/** The list is nowhere else: what is taken off has to be written down again. */
function takingOff(name: string | undefined, rows: readonly ExpectedRow[]): Deed {
  const shown = rows.slice(0, MOST_NAMED).map((row) => `${row.name} (${row.manufacturer} ${row.serial})`);
  const more = rows.length > MOST_NAMED ? ` and ${rows.length - MOST_NAMED} more` : '';
  const which = rows.length === 0 ? '' : `: ${shown.join(', ')}${more}`;
  const goes = `${counted(rows.length, 'device')} would be expected no more${which}`;
  return { deed: name === undefined ? 'clear the list' : `take ${name} off the list`, goes };
}

/** @throws {CliError} CLI_USAGE */
function readMinutes(text: string): number {
  const minutes = Math.floor((parseDuration(text) ?? Number.NaN) / 60_000);
  if (minutes >= 1 && minutes <= 7 * 24 * 60) return minutes;
  throw new CliError('CLI_USAGE', `Cannot use --life ${text}: it is no duration from 1m to 7d`, {
    hint: 'Such as 30m, 1h, 2d',
  });
}

/** @throws {CliError} CLI_FILE_UNREADABLE for a row that lacks something, by its line */
async function readExpected(file: string): Promise<readonly Record<string, string>[]> {
  const devices: Record<string, string>[] = [];
  for await (const { values, line } of readRecords(file).records) {
    const device: Record<string, string> = {};
    for (const column of COLUMNS) {
      const value = values.get(column);
      const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
      if (text !== '') device[column] = text;
      else if (NEEDED.includes(column)) {
        throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: line ${line} has no ${column}`, {
          hint: `Each row has ${NEEDED.join(', ')}, and may have owner, model, firmware`,
        });
      }
    }
    devices.push(device);
    if (devices.length > MOST) {
      throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: it has more than ${MOST} rows`, {
        hint: 'Split it',
      });
    }
  }
  if (devices.length === 0) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: it names no device`, {
      hint: `A first line names the columns ${NEEDED.join(', ')}, and each line after it has one device`,
    });
  }
  return devices;
}
