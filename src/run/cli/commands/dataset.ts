import type { Command } from 'commander';
import { askFirst, askingFirst, counted } from '../ask-first.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { formatBytes } from '../format-bytes.ts';
import { findUser } from '../find-user.ts';
import { readCount } from '../read-number.ts';
import { readTextFile } from '../read-text-file.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { FORMATS, parameterOf } from './query.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

export interface DatasetRow {
  readonly name: string;
  readonly version: number;
  readonly revision: number;
  readonly created: string;
  readonly ends: string | null;
  readonly purpose: string | null;
  readonly rows: number;
  readonly size: number;
  readonly objects: number;
  readonly parts: number;
  readonly digest: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly class: string }[];
  readonly erasure: 'rows' | 'whole' | null;
}

export interface LineageRow {
  readonly dataset: DatasetRow;
  readonly relations: readonly { readonly name: string; readonly policies: readonly string[] }[];
  readonly segments: readonly {
    readonly id: string;
    readonly stream: string;
    readonly rows: number;
    readonly digest: string;
    readonly direct: boolean;
    readonly state: string;
    readonly replacedBy: string | null;
    readonly inputs: readonly string[];
    readonly journal: readonly { readonly file: string; readonly after: number; readonly to: number }[];
  }[];
  readonly templates: readonly string[];
  readonly devices: readonly string[];
  readonly deviceCount: number;
}

interface ShownDataset {
  readonly dataset: DatasetRow;
  readonly sql: string;
  readonly commitmentDigest: string;
  readonly leftOut: { readonly subjects: number; readonly rows: number } | null;
}

interface CreateOptions {
  readonly from?: string;
  readonly where?: string;
  readonly sql?: string;
  readonly file?: string;
  readonly purpose?: string;
  readonly keep?: string;
  readonly parameter: readonly string[];
}

interface VersionOptions {
  /** Not `--version`, which is the program's own. */
  readonly of?: string;
}

/** Frozen answers: made, looked at, read, let go, and given to notebooks. */
export function addDatasetCommand(program: Command, contextOf: ContextOf): void {
  const dataset = program.command('dataset').description('frozen answers: sealed, for a purpose, with their lineage');

  dataset
    .command('create <name>')
    .description('freeze the answer to a statement as the next version of a dataset')
    .option('--from <view>', 'all rows and columns of a view or stream that you may see')
    .option('--where <condition>', 'with --from: rows that meet a condition in SQL')
    .option('--sql <statement>', 'a whole statement instead')
    .option('--file <file>', 'read the statement from a file')
    .option('--purpose <purpose>', 'what it is for, where the view has more than one purpose')
    .option('--keep <days>', 'let it go after so many days, even where its sources are kept')
    .option('--parameter <value...>', 'values for $1, $2 … as JSON or text', [])
    .action((name: string, options: CreateOptions, command: Command) => create(contextOf(command), name, options));

  dataset
    .command('list')
    .description('datasets that you may read')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { datasets } = await context.withPlatform((client) =>
        client.json<{ datasets: DatasetRow[] }>('GET', '/v1/datasets'),
      );
      context.result(datasets, (all) =>
        formatTable(
          ['dataset', 'rows', 'purpose', 'created', 'ends', 'digest'],
          all.map((one) => [
            `${one.name}@${one.version}`,
            one.rows,
            one.purpose ?? '',
            one.created,
            one.ends ?? 'never',
            one.digest.slice(0, 12),
          ]),
        ),
      );
    });

  withVersion(
    dataset.command('show <name>').description('its columns, its statement, and what the log binds of it'),
  ).action(async (name: string, options: VersionOptions, command: Command) => {
    const context = contextOf(command);
    const shown = await context.withPlatform((client) => client.json<ShownDataset>('GET', pathOf(name, '', options)));
    context.result(
      shown,
      ({ dataset: one, sql, commitmentDigest, leftOut }) =>
        `${describe(one)}\nstatement  ${sql}\nin the log ${commitmentDigest}\n${showLeftOut(leftOut)}`,
    );
    context.next(`dataset lineage ${name}`);
  });

  withVersion(
    dataset.command('lineage <name>').description('what it was made from: segments, templates, devices, the journal'),
  ).action(async (name: string, options: VersionOptions, command: Command) => {
    const context = contextOf(command);
    const lineage = await context.withPlatform((client) =>
      client.json<LineageRow>('GET', pathOf(name, '/lineage', options)),
    );
    context.result(lineage, showLineage);
  });

  withVersion(dataset.command('read <name>').description('its rows'))
    .option('--format <format>', `one of ${[...FORMATS.keys()].join(', ')}`, 'table')
    .option('--columns <names>', 'columns, with commas between; all by default')
    .action(async (name: string, options: VersionOptions & { format: string; columns?: string }, command: Command) => {
      const context = contextOf(command);
      const accept = FORMATS.get(options.format);
      if (accept === undefined) {
        throw new CliError(
          'CLI_USAGE',
          `Cannot read as ${options.format}: it is none of ${[...FORMATS.keys()].join(', ')}`,
        );
      }
      const columns = options.columns === undefined ? {} : { columns: options.columns };
      await context.withPlatform(async (client) => {
        const path = pathOf(name, '/rows', options, columns);
        await context.terminal.pipe(await client.stream('GET', path, { accept }));
      });
    });

  askingFirst(withVersion(dataset.command('delete <name>').description('let a version go, for good'))).action(
    async (name: string, options: VersionOptions & { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const body = options.of === undefined ? {} : { version: readCount(options.of, '--of') };
      await context.withPlatform(async (client) => {
        const { dataset: one } = await client.json<{ dataset: DatasetRow }>('GET', pathOf(name, '', options));
        if (options.yes !== true) {
          await askFirst(context, {
            deed: `delete ${one.name}@${one.version}`,
            goes: `its ${counted(one.rows, 'row')} would go for good`,
            ...(options.of === undefined ? { advice: 'Name another version than the newest with --of' } : {}),
          });
        }
        const gone = await client.json<DatasetRow>('POST', `/v1/datasets/${encodeURIComponent(name)}/delete`, {
          body: { ...body, version: one.version },
        });
        context.result(gone, () => `deleted ${gone.name}@${gone.version}: ${gone.rows} rows\n`);
      });
    },
  );

  writingFiles(dataset.command('credential <name>'))
    .description('a key that reads this dataset and nothing else, for a while')
    .option('--minutes <n>', 'how long it counts', '60')
    .option('--user <name>', 'whose it is, by name or id, for who administers people')
    .option('--out <file>', 'write it there, readable by you alone, instead of printing it')
    .action(
      async (
        name: string,
        options: AskOptions & { minutes: string; user?: string; out?: string },
        command: Command,
      ) => {
        const context = contextOf(command);
        const life = readCount(options.minutes, '--minutes');
        const files = await OutFiles.open(context, options, options.out);
        const made = await context.withPlatform(async (client) => {
          const user = options.user === undefined ? {} : { user: (await findUser(client, options.user)).id };
          const path = `/v1/datasets/${encodeURIComponent(name)}/credential`;
          const body = { minutes: life, ...user };
          return client.json<{ key: { id: string; expires: string }; secret: string }>('POST', path, { body });
        });
        if (options.out === undefined) context.result(made, ({ secret }) => `${secret}\n`);
        else {
          await files.write(options.out, `${made.secret}\n`, 0o600);
          context.result(made.key, ({ expires }) => `wrote a key for ${name} to ${options.out}; it ends ${expires}\n`);
        }
        const where = options.out === undefined ? 'it is shown this once' : `it is nowhere but in ${options.out}`;
        context.note(where);
      },
    );
}

function withVersion(command: Command): Command {
  return command.option('--of <version>', 'this version instead of the newest');
}

async function create(context: CommandContext, name: string, options: CreateOptions): Promise<void> {
  const sql = options.file === undefined ? options.sql : await readTextFile(options.file);
  if ((sql === undefined) === (options.from === undefined)) {
    throw new CliError('CLI_USAGE', 'Cannot create dataset: give --from, or a statement with --sql or --file');
  }
  const given = { from: options.from, where: options.where, sql, purpose: options.purpose };
  const body = {
    name,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(options.keep === undefined ? {} : { keepDays: readCount(options.keep, '--keep') }),
    parameters: options.parameter.map(parameterOf),
  };
  const made = await context.withPlatform((client) => client.json<DatasetRow>('POST', '/v1/datasets', { body }));
  context.result(made, (one) => `${describe(one)}\n`);
  // The operator signs in by certificate alone: a key is somebody's.
  const whose = context.options.tokenFile === undefined ? ' --user NAME' : '';
  context.next(`dataset credential ${name}${whose} --out dataset.key`);
}

function pathOf(
  name: string,
  rest: string,
  { of }: VersionOptions,
  more: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    ...(of === undefined ? {} : { version: String(readCount(of, '--of')) }),
    ...more,
  });
  return `/v1/datasets/${encodeURIComponent(name)}${rest}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

function describe(dataset: DatasetRow): string {
  const { name, version, rows, purpose, ends, size, objects, parts, digest, columns, erasure } = dataset;
  return [
    `${name}@${version}: ${rows} rows${purpose === null ? '' : ` for ${purpose}`}, kept until ${ends ?? 'it is deleted'}`,
    `lies in    ${counted(objects, 'object')} of ${formatBytes(size)}, committed to in ${counted(parts, 'part')}`,
    `digest     ${digest}`,
    `columns    ${columns.map((column) => `${column.name} ${column.type} (${column.class})`).join(', ')}`,
    ...(erasure === null ? [] : [`erasure    ${ERASURES[erasure]}`]),
  ].join('\n');
}

/** What the erasure of a person takes. */
const ERASURES = {
  rows: 'takes the rows of the person',
  whole: 'takes all of it: no column says whose a row is',
} as const;

function showLeftOut(leftOut: ShownDataset['leftOut']): string {
  if (leftOut === null) return '';
  return `left out   ${counted(leftOut.rows, 'row')} of ${counted(leftOut.subjects, 'person')} who took consent back since\n`;
}

function showLineage({ dataset, relations, segments, templates, devices, deviceCount }: LineageRow): string {
  const policies = [...new Set(relations.flatMap((relation) => relation.policies))];
  const more = deviceCount > devices.length ? ` and ${deviceCount - devices.length} more` : '';
  const table = formatTable(
    ['segment', 'stream', 'rows', 'state', 'from', 'now in', 'digest'],
    segments.map((segment) => [
      `${segment.direct ? '' : '· '}${segment.id}`,
      segment.stream,
      segment.rows,
      segment.state,
      segment.inputs.length > 0
        ? counted(segment.inputs.length, 'segment')
        : counted(segment.journal.length, 'journal file'),
      segment.replacedBy ?? '',
      segment.digest.slice(0, 12),
    ]),
  );
  return [
    describe(dataset),
    `decided by ${policies.join(', ') || 'no policy'}`,
    `templates  ${templates.map((template) => template.slice(0, 12)).join(', ')}`,
    `devices    ${devices.join(', ')}${more}`,
    table,
  ].join('\n');
}
