import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { SubjectBackup } from '#run/server/index.ts';
import { askFirst, askingFirst, counted } from '../ask-first.ts';
import { CliError } from '../errors.ts';
import { certifiedStatement } from '../certified-statement.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface RequestRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly person: string;
  readonly received: string;
  readonly due: string;
  readonly finished: string | null;
  readonly certificate: string | null;
  readonly again: string;
  readonly problem: string | null;
  readonly erased: Readonly<Record<string, number>>;
}

interface Report {
  readonly person: string;
  readonly found: readonly { readonly where: string; readonly relation: string | null; readonly count: number }[];
  readonly backups: readonly SubjectBackup[];
  readonly kept_nowhere: readonly string[];
}

interface RectifyOptions {
  readonly stream: string;
  readonly set: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly yes?: boolean;
}

interface Exported {
  readonly relations: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string }[];
    readonly rows: readonly Readonly<Record<string, string | number | boolean | null>>[];
  }[];
}

/** What is kept about a person, and what they ask of it. */
export function addSubjectCommand(program: Command, contextOf: ContextOf): void {
  const subject = program.command('subject').description('what is kept about a person, and what they ask of it');

  subject
    .command('find <person>')
    .description('everything that is kept about a person')
    .action(async (person: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const report = await context.withPlatform((client) =>
        client.json<Report>('POST', '/v1/subjects/find', { body: { subject: person } }),
      );
      context.result(report, showReport);
      if (report.found.length > 0) context.next(`subject erase ${quoted(person)}`);
    });

  askingFirst(subject.command('erase <person>'))
    .description('erase everything that is kept about a person')
    .option('--allow-again', 'take later readings about them; without it they are refused')
    .action(async (person: string, options: { allowAgain?: boolean; yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      if (options.yes !== true) {
        const report = await context.withPlatform((client) =>
          client.json<Report>('POST', '/v1/subjects/find', { body: { subject: person } }),
        );
        context.result(report, showReport);
        await askFirst(context, {
          deed: `erase ${person}`,
          goes: `${sumOf(report)} that the above counts would go, and cannot be had back`,
        });
      }
      const body = { subject: person, again: options.allowAgain === true ? 'allow' : 'refuse' };
      const request = await context.withPlatform((client) =>
        client.json<RequestRow>('POST', '/v1/subjects/erase', { body }),
      );
      context.result(
        request,
        ({ id, due }) => `no query shows them any more; the rest goes by request ${id}, due ${due}\n`,
      );
      context.next(`subject request ${request.id}`);
    });

  askingFirst(subject.command('rectify <person>'))
    .description('correct readings about a person')
    .requiredOption('--stream <name>', 'the stream that they are in')
    .requiredOption('--set <field=value...>', 'the right value of a field; `null` for none')
    .option('--from <time>', 'readings from this time on')
    .option('--to <time>', 'readings before this time')
    .action(async (person: string, options: RectifyOptions, command: Command) => {
      const context = contextOf(command);
      const { stream, from, to } = options;
      const body = {
        subject: person,
        stream,
        set: Object.fromEntries(options.set.map(pairOf)),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
      if (options.yes !== true) {
        const report = await context.withPlatform((client) =>
          client.json<Report>('POST', '/v1/subjects/find', { body: { subject: person } }),
        );
        context.result(report, showReport);
        const fields = Object.keys(body.set).join(', ');
        await askFirst(context, {
          deed: `correct ${person}`,
          goes: `what ${fields} of ${stream} say now, of the above, cannot be had back`,
        });
      }
      const request = await context.withPlatform((client) =>
        client.json<RequestRow>('POST', '/v1/subjects/rectify', { body }),
      );
      context.result(request, ({ id, erased, due }) => {
        const rows = erased['segments'];
        const now = rows === undefined ? 'none that is wrong is shown any more' : `${rows} readings are corrected`;
        return `${now}; the rest goes by request ${id}, due ${due}\n`;
      });
      context.next(`subject request ${request.id}`);
    });

  writingFiles(subject.command('export <person>'))
    .description('everything that is kept about a person, as JSON and CSV')
    .requiredOption('--out <folder>', 'where the files go: export.json, and one table for each stream')
    .action(async (person: string, options: AskOptions & { out: string }, command: Command) => {
      const context = contextOf(command);
      const { out } = options;
      const exported = await context.withPlatform((client) =>
        client.json<Exported>('POST', '/v1/subjects/export', { body: { subject: person } }),
      );
      const texts = new Map([
        [join(out, 'export.json'), `${JSON.stringify(exported, null, 2)}\n`],
        ...exported.relations.map((relation) => [join(out, `${relation.name}.csv`), csvOf(relation)] as const),
      ]);
      const files = await OutFiles.open(context, options, ...texts.keys());
      await mkdir(out, { recursive: true, mode: 0o700 });
      for (const [file, text] of texts) await files.write(file, text, 0o600);
      context.result(exported, ({ relations }) => {
        const rows = relations.reduce((sum, relation) => sum + relation.rows.length, 0);
        return `${rows} rows of ${relations.length} streams and tables are in ${out}\n`;
      });
    });

  subject
    .command('restrict <person>')
    .description('hide everything about a person and take nothing more of them, until that is lifted')
    .action(async (person: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const request = await context.withPlatform((client) =>
        client.json<RequestRow>('POST', '/v1/subjects/restrict', { body: { subject: person } }),
      );
      context.result(request, ({ id }) => `nothing about them is shown or taken any more: ${id}\n`);
      context.next(`subject lift ${request.id}`);
    });

  subject
    .command('lift <id>')
    .description('end a restriction: what was kept is shown as before')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/subject-requests/${encodeURIComponent(id)}/lift`;
      const request = await context.withPlatform((client) => client.json<RequestRow>('POST', path, { body: {} }));
      context.result(request, () => `${id} is lifted\n`);
    });

  subject
    .command('requests')
    .description('what persons asked, how far it has come, and until when it has to be answered')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { requests } = await context.withPlatform((client) =>
        client.json<{ requests: RequestRow[] }>('GET', '/v1/subject-requests'),
      );
      context.result(requests, (rows) =>
        rows.length === 0
          ? 'nobody asked for anything\n'
          : formatTable(
              ['id', 'kind', 'state', 'received', 'due', 'finished', 'certificate', 'problem'],
              rows.map((row) => [
                row.id,
                row.kind,
                row.state,
                row.received,
                row.due,
                row.finished,
                row.certificate,
                row.problem,
              ]),
            ),
      );
    });

  subject
    .command('request <id>')
    .description('one request of a person')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const request = await context.withPlatform((client) =>
        client.json<RequestRow>('GET', `/v1/subject-requests/${encodeURIComponent(id)}`),
      );
      context.result(request, showRequest);
      if (request.certificate !== null) context.next(`subject certificate ${request.id}`);
    });

  writingFiles(subject.command('certificate <id>'))
    .description(
      'the signed certificate of a request that is done, and what was added to it: what went, and where it was looked for',
    )
    .option('--out <file>', 'write it there')
    .action(async (id: string, options: AskOptions & { out?: string }, command: Command) => {
      const context = contextOf(command);
      const { out } = options;
      const files = await OutFiles.open(context, options, out);
      const path = `/v1/subject-requests/${encodeURIComponent(id)}/certificate`;
      const { certificate, addenda } = await context.withPlatform((client) =>
        client.json<{ certificate: string; addenda: { addendum: string }[] }>('GET', path),
      );
      const texts = addenda.map(({ addendum }) => addendum);
      if (out !== undefined) {
        await files.write(out, certificate, 0o600);
        const names = texts.map((_, at) => `${out}.addendum-${at + 1}`);
        const more = await OutFiles.open(context, options, ...names);
        for (const [at, text] of texts.entries()) await more.write(names[at]!, text, 0o600);
      }
      const statement = certifiedStatement(certificate) as object;
      const added = texts.length === 0 ? {} : { addenda: texts.map(certifiedStatement) };
      const beside = texts.length === 0 ? '' : `, and what was added to it beside it (${texts.length})`;
      context.result({ ...statement, ...added }, (said) =>
        out === undefined ? `${JSON.stringify(said, null, 2)}\n` : `the certificate of ${id} is in ${out}${beside}\n`,
      );
      if (out !== undefined) context.nextForOthers(`retention check-certificate ${out}`);
    });
}

/** @throws {CliError} CLI_USAGE */
function pairOf(word: string): readonly [field: string, value: string] {
  const at = word.indexOf('=');
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  throw new CliError('CLI_USAGE', `Cannot correct: ${JSON.stringify(word)} is not of the form field=value`, {
    hint: 'Write for example --set temperature=4.2',
  });
}

/** Comma-separated values of one relation. @see RFC 4180 */
function csvOf({ columns, rows }: Exported['relations'][number]): string {
  const line = (values: readonly (string | number | boolean | null | undefined)[]): string =>
    `${values.map(csvValue).join(',')}\r\n`;
  const names = columns.map(({ name }) => name);
  return [line(names), ...rows.map((row) => line(names.map((name) => row[name])))].join('');
}

function csvValue(value: string | number | boolean | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function sumOf({ found }: Report): string {
  return counted(
    found.reduce((sum, { count }) => sum + count, 0),
    'thing',
  );
}

function showReport({ found, backups, kept_nowhere: nowhere }: Report): string {
  const here =
    found.length === 0
      ? 'nothing is kept about them\n'
      : formatTable(
          ['where', 'stream', 'count'],
          found.map(({ where, relation, count }) => [where, relation, count]),
        );
  return [
    here,
    ...(backups.length === 0 ? ['no backup is known\n'] : backups.map(showBackup)),
    `${nowhere.join(', ')}: none are kept\n`,
  ].join('');
}

/** What a backup has of a person, and what becomes of that. */
function showBackup({ target, location, at, segments, rows, replaced, problem }: Report['backups'][number]): string {
  const name = `backup ${target} at ${location}`;
  if (problem !== null) {
    return `${name} could not be read (${problem}): it may have something of them, and is tried every hour until it answers and lets go of that\n`;
  }
  const older = replaced === 0 ? '' : `, and ${replaced} of the same streams that were replaced here since`;
  const has = `${counted(segments, 'segment')} with ${counted(rows, 'row')} about them${older}`;
  return `${name}, of ${at}, has ${has}; what goes here goes there too, and its key ring is replaced\n`;
}

function showRequest({ kind, state, received, due, finished, certificate, problem, erased }: RequestRow): string {
  const gone = Object.entries(erased).map(([where, count]) => `${count} from ${where}`);
  return [
    `${kind}: ${state}, received ${received}, due ${due}`,
    ...(gone.length === 0 ? [] : [`gone: ${gone.join(', ')}`]),
    ...(finished === null ? [] : [`finished ${finished}`]),
    ...(certificate === null ? [] : [`certificate ${certificate}`]),
    ...(problem === null ? [] : [`waits: ${problem}`]),
    '',
  ].join('\n');
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w.@:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
