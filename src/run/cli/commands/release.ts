import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { FORMATS } from './query.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface GroupRow {
  readonly rows: number;
  readonly groups: number;
  readonly k: number | null;
  readonly l: number | null;
  readonly unique: number;
  readonly greatest: number;
  readonly mean: number;
}

export interface ReleaseRow {
  readonly id: string;
  readonly state: string;
  readonly shape: { readonly view: string; readonly k: number };
  readonly risk: { readonly before: GroupRow; readonly after: GroupRow; readonly suppressed: number };
  readonly askedBy: string;
  readonly expires: string;
}

interface ReleaseOptions {
  readonly columns: readonly string[];
  readonly quasi: readonly string[];
  readonly sensitive: readonly string[];
  readonly person?: string;
  readonly k?: number;
  readonly l?: number;
  readonly purpose?: string;
}

/** Exports with small groups left out: weighed first, then allowed or approved, then taken. */
export function addReleaseCommand(program: Command, contextOf: ContextOf): void {
  const release = program.command('release').description('exports with small groups left out, weighed first');

  release
    .command('ask <view>')
    .description('weigh a release: how small groups are, what is left out, how likely somebody is found')
    .requiredOption('--columns <names...>', 'columns that leave')
    .requiredOption('--quasi <names...>', 'columns by which people could be found')
    .option('--sensitive <names...>', 'columns of which no group may give one value away', [])
    .option('--person <column>', 'whose a row is; rows are counted without it')
    .option('--k <number>', 'least persons in a group', (value) => readCount(value, '--k'))
    .option('--l <number>', 'least values of a sensitive column in a group', (value) => readCount(value, '--l'))
    .option('--purpose <purpose>', 'what the rows are for')
    .action(async (view: string, options: ReleaseOptions, command: Command) => {
      const context = contextOf(command);
      const asked = await context.withPlatform((client) =>
        client.json<ReleaseRow>('POST', '/v1/releases', { body: { view, ...options } }),
      );
      context.result(asked, showRisk);
      if (options.person === undefined)
        context.note('each row counts as a person of its own: name whose it is with --person');
      if (asked.state === 'refused') {
        context.note('nothing would be left: name fewer or coarser columns with --quasi');
        process.exitCode = 1;
      }
      if (asked.state === 'allowed') context.next(`release export ${asked.id} --out rows.csv`);
      if (asked.state === 'waiting') context.nextForOthers(`release approve ${asked.id}`);
    });

  release
    .command('list')
    .description('releases that were asked for')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { releases } = await context.withPlatform((client) =>
        client.json<{ releases: ReleaseRow[] }>('GET', '/v1/releases'),
      );
      context.result(releases, (rows) =>
        rows.length === 0
          ? 'nothing was asked for\n'
          : formatTable(
              ['id', 'view', 'state', 'k', 'rows', 'left out', 'by', 'until'],
              rows.map(({ id, shape, state, risk, askedBy, expires }) => [
                id,
                shape.view,
                state,
                shape.k,
                risk.after.rows,
                risk.suppressed,
                askedBy,
                expires,
              ]),
            ),
      );
    });

  release
    .command('approve <id>')
    .description('agree to a release that somebody else asked for')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/releases/${encodeURIComponent(id)}/approve`;
      const approved = await context.withPlatform((client) => client.json<ReleaseRow>('POST', path, { body: {} }));
      context.result(approved, () => `${id} is allowed\n`);
    });

  writingFiles(release.command('export <id>'))
    .description('the rows of a release that is allowed, into a file')
    .requiredOption('--out <file>', 'write them there')
    .option('--format <format>', `one of ${[...FORMATS.keys()].join(', ')}`, 'csv')
    .action(async (id: string, options: AskOptions & { out: string; format: string }, command: Command) => {
      const context = contextOf(command);
      const { out, format } = options;
      const accept = FORMATS.get(format);
      if (accept === undefined)
        throw new CliError('CLI_USAGE', `Cannot export as ${format}: it is none of ${[...FORMATS.keys()].join(', ')}`);
      const files = await OutFiles.open(context, options, out);
      await context.withPlatform(async (client) => {
        const reply = await client.stream('GET', `/v1/releases/${encodeURIComponent(id)}/rows`, { accept });
        await files.write(out, reply);
      });
      context.result({ id, out }, () => `release ${id} is in ${out}\n`);
    });
}

function showRisk({ state, shape, risk }: ReleaseRow): string {
  const line = (name: string, { rows, groups, k, l, unique, greatest, mean }: GroupRow) => [
    name,
    rows,
    groups,
    k ?? '',
    l ?? '',
    percent(unique),
    percent(greatest),
    percent(mean),
  ];
  return (
    formatTable(
      [shape.view, 'rows', 'groups', 'k', 'l', 'unique', 'greatest risk', 'mean risk'],
      [line('as it is', risk.before), line('as it would leave', risk.after)],
    ) + `${risk.suppressed} rows are left out; the release is ${state}\n`
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
