import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { canonicalJson } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { checkReceipt, parseVerifierKey } from '#trust/audit/index.ts';
import type { CheckedReceipt, ReceiptBody } from '#trust/audit/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { logKeys } from '../open-log-source.ts';
import { readTextFile } from '../read-text-file.ts';
import { readKeys } from '../verifier-keys.ts';
import type { ContextOf } from './command.ts';

interface CheckOptions {
  readonly key?: readonly string[];
  readonly witness?: readonly string[];
  readonly result?: string;
  readonly sql?: string;
}

/** What files of results are called. */
const FORMATS = {
  '.csv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
  '.parquet': 'parquet',
} as const;

export function addCheckReceipt(audit: Command, contextOf: ContextOf): void {
  audit
    .command('check-receipt <file>')
    .description('check the receipt of an answer with nothing but public keys')
    .option('--key <key...>', 'keys of the log, or files with a key a line')
    .option('--witness <key...>', 'keys of witnesses that must have cosigned it')
    .option('--result <file>', 'the answer, in whatever format it was kept')
    .option('--sql <statement>', 'the statement that was asked, without parameters')
    .action((file: string, options: CheckOptions, command: Command) => check(contextOf(command), file, options));
}

async function check(context: CommandContext, file: string, options: CheckOptions): Promise<void> {
  const keys = await logKeys(context, options.key);
  const witnesses = await readKeys(options.witness ?? []);
  const checked = checkReceipt(await readTextFile(file), {
    logKeys: keys.map(parseVerifierKey),
    witnesses: witnesses.map(parseVerifierKey),
  });
  const { body } = checked;
  const statement = options.sql === undefined ? 'not compared' : compareStatement(options.sql, body);
  const result = options.result === undefined ? 'not compared' : await compareResult(options.result, body);
  const { checkpoint, cosigners, index, vouched } = checked;
  const { segments, relations, template, actor, purpose, time } = body;
  const facts = { index, origin: checkpoint.origin, size: checkpoint.size, cosigners, statement, result, vouched };
  context.result({ ...facts, query: body.query, actor, purpose, time, template, relations, segments }, () =>
    show(checked, statement, result),
  );
}

function compareStatement(sql: string, { statement }: ReceiptBody): 'same' {
  if (sha256Hex(canonicalJson({ sql: sql.toWellFormed(), parameters: [] })) === statement.request) return 'same';
  throw new CliError('CLI_RECEIPT_OTHER', 'Cannot accept receipt: it is of another statement', {
    hint: 'Give the statement character by character as it was asked',
  });
}

/** By its bytes; where they are others, by its rows. */
async function compareResult(file: string, { result }: ReceiptBody): Promise<'same bytes' | 'same rows'> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}`, { cause });
  });
  if (sha256Hex(bytes) === result.sha256) return 'same bytes';
  const format = Object.entries(FORMATS).find(([ending]) => ending === extname(file).toLowerCase())?.[1];
  if (format !== undefined) {
    const { digestOfResult } = await import('#flow/query/index.ts');
    const columns = result.columns.map(({ name }) => name);
    if ((await digestOfResult({ path: file, bytes, format, columns })) === result.digest) return 'same rows';
  }
  throw new CliError('CLI_RECEIPT_OTHER', `Cannot accept receipt: ${file} is another answer`, {
    hint: `The receipt is of ${result.rows} rows; a file in another format is compared by its ending: ${Object.keys(FORMATS).join(', ')}`,
  });
}

function show(
  { body, checkpoint, index, cosigners, vouched }: CheckedReceipt,
  statement: string,
  result: string,
): string {
  const policies = [...new Set(body.relations.flatMap((relation) => relation.policies))];
  const lines = [
    `receipt of query ${body.query} holds: entry ${index} of ${checkpoint.origin} with ${checkpoint.size} entries`,
    `asked      by ${body.actor}${body.purpose === null ? '' : ` for ${body.purpose}`} at ${body.time}; statement ${statement}`,
    `decided    by ${policies.join(', ') || 'no policy'}, template ${body.template.slice(0, 12)}`,
    `made from  ${body.relations.map(({ name }) => name).join(', ') || 'nothing'}: ${body.segments.length} segments`,
    `answer     ${body.result.rows} rows, ${body.result.size} bytes of ${body.result.format}; ${result}`,
    ...(cosigners.length === 0 ? [] : [`witnessed  by ${cosigners.join(', ')}`]),
    ...(vouched.length === 0 ? [] : [`on trust   rows of ${vouched.join(', ')}: they are in no segment`]),
    ...body.missing.map((text) => `missing    ${text}`),
  ];
  return `${lines.join('\n')}\n`;
}
