import type { IncomingMessage } from 'node:http';
import type { Command } from 'commander';
import { PROBER_STREAMS } from '#base/core/index.ts';
import { CliError } from '../errors.ts';
import type { PlatformClient } from '../platform-client.ts';
import { readTextFile } from '../read-text-file.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

/** Names of the formats on the command line and the media types that the API knows them by. */
export const FORMATS: ReadonlyMap<string, string> = new Map([
  ['table', 'text/plain'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['ndjson', 'application/x-ndjson'],
  ['arrow', 'application/vnd.apache.arrow.stream'],
  ['parquet', 'application/vnd.apache.parquet'],
]);

/** What helps where the noise is as large as what it hides. */
const HIDDEN =
  'the noise is as wide as the answer: let it cost more with --epsilon, ask about more people, or in fewer groups';

interface QueryOptions extends AskOptions {
  readonly purpose?: string;
  readonly format?: string;
  readonly file?: string;
  readonly receipt?: string;
  readonly epsilon?: number;
  readonly parameter: readonly string[];
}

export function addQueryCommand(program: Command, contextOf: ContextOf): void {
  writingFiles(program.command('query [sql]'))
    .description('ask the governed views in SQL')
    .option('--purpose <purpose>', 'what the answer is for, where the view has more than one purpose')
    .option('--format <format>', `one of ${[...FORMATS.keys()].join(', ')} (default: table, or json with --json)`)
    .option('--epsilon <number>', 'what an answer of a private view may cost of its budget', readEpsilon)
    .option('--file <file>', 'read the statement from a file')
    .option('--receipt <file>', 'answer from sealed segments alone and write a signed receipt there')
    .option('--parameter <value...>', 'values for $1, $2 … as JSON or text', [])
    .action(async (sql: string | undefined, options: QueryOptions, command: Command) => {
      const context = contextOf(command);
      const statement = options.file === undefined ? sql : await readTextFile(options.file);
      if (statement === undefined)
        throw new CliError('CLI_USAGE', 'Cannot query: there is no statement', {
          hint: 'Give it as an argument or with --file',
        });
      const format = options.format ?? (context.options.json === true ? 'json' : 'table');
      const accept = FORMATS.get(format);
      if (accept === undefined)
        throw new CliError('CLI_USAGE', `Cannot answer as ${format}: it is none of ${[...FORMATS.keys()].join(', ')}`);
      const files = await OutFiles.open(context, options, options.receipt);
      const abort = new AbortController();
      process.once('SIGINT', () => abort.abort());
      await context.withPlatform(async (client) => {
        const body = {
          sql: statement,
          parameters: options.parameter.map(parameterOf),
          ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
          ...(options.receipt === undefined ? {} : { receipt: true }),
          ...(options.epsilon === undefined ? {} : { epsilon: options.epsilon }),
        };
        const reply = await client.stream('POST', '/v1/query', { body, accept, signal: abort.signal });
        const warning = reply.headers['weir-warning'];
        if (warning !== undefined) context.note(`the answer is not complete: ${String(warning)}`);
        const { 'weir-hint': hint } = reply.headers;
        if (hint !== undefined) context.note(String(hint));
        const budget = reply.headers['weir-privacy'];
        if (budget !== undefined) context.note(`answered with noise, for each person: ${String(budget)}`);
        if (/\bhidden=/.test(String(budget))) context.note(HIDDEN);
        try {
          await context.terminal.pipe(reply);
        } catch (cause) {
          throw await explainBreak(client, reply, cause);
        }
        if (options.receipt !== undefined) {
          await files.write(options.receipt, await receiptOf(client, reply));
          context.note(`wrote the receipt of query ${queryOf(reply)} to ${options.receipt}`);
          context.next(`audit check-receipt ${options.receipt} --key KEY`);
        }
      });
    });

  program
    .command('views')
    .description('what can be asked: views with their columns, units and classes')
    .option('--purpose <word>', 'for this purpose: columns that need one are not there without')
    .action(async ({ purpose }: { purpose?: string }, command: Command) => {
      const context = contextOf(command);
      const path = purpose === undefined ? '/v1/views' : `/v1/views?purpose=${encodeURIComponent(purpose)}`;
      const { views } = await context.withPlatform((client) => client.json<{ views: ViewRow[] }>('GET', path));
      // The prober's own is nobody's to ask.
      const shown = views.filter(({ name }) => !PROBER_STREAMS.includes(name));
      context.result(shown, (all) =>
        formatTable(
          ['view', 'column', 'type', 'unit', 'class', 'purposes'],
          ownFirst(all).flatMap((view) =>
            view.columns.map((column) => [
              view.name,
              column.name,
              column.type,
              column.unit,
              column.class,
              view.purposes.join(','),
            ]),
          ),
        ),
      );
      if (shown.length === 0) context.note(nothingShown(purpose));
    });
}

function nothingShown(purpose: string | undefined): string {
  return purpose === undefined
    ? 'your roles query nothing here; what is there for a purpose alone is shown with --purpose WORD'
    : `your roles query nothing for ${purpose}`;
}

function queryOf(reply: IncomingMessage): string {
  return String(reply.headers['weir-query-id'] ?? '');
}

function receiptOf(client: PlatformClient, reply: IncomingMessage): Promise<string> {
  return client.text('GET', `/v1/queries/${encodeURIComponent(queryOf(reply))}/receipt`);
}

function readEpsilon(text: string): number {
  const epsilon = Number(text);
  if (epsilon > 0 && epsilon <= 20) return epsilon;
  throw new CliError('CLI_USAGE', `Cannot query: --epsilon is a number above 0, at most 20, not ${text}`);
}

/** Why an answer broke off in the middle: the platform tells those who ask by the id of their query. */
async function explainBreak(client: PlatformClient, reply: IncomingMessage, cause: unknown): Promise<CliError> {
  const id = queryOf(reply);
  const outcome = await client
    .json<{ state: string; problem?: { detail: string; code: string } }>('GET', `/v1/queries/${encodeURIComponent(id)}`)
    .catch(() => null);
  const why =
    outcome?.problem === undefined ? 'the connection ended' : `${outcome.problem.detail} (${outcome.problem.code})`;
  return new CliError('CLI_UNFINISHED', `Cannot finish the result, a part of which was printed: ${why}`, { cause });
}

interface ViewRow {
  readonly name: string;
  readonly purposes: readonly string[];
  readonly columns: readonly { name: string; type: string; unit: string | null; class: string }[];
}

/** Views of the template before those of the platform, whose names begin with an underscore. */
function ownFirst(views: readonly ViewRow[]): readonly ViewRow[] {
  const [system, own] = [true, false].map((wanted) => views.filter(({ name }) => name.startsWith('_') === wanted));
  return [...(own ?? []), ...(system ?? [])];
}

/** A value of a parameter: JSON, else text. */
export function parameterOf(text: string): string | number | boolean | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? text : (value as string | number | boolean | null);
  } catch {
    return text;
  }
}
