import type { Command } from 'commander';
import { decodeUtf8, formatMicros, seconds } from '#base/core/index.ts';
import type { Json } from '#base/core/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import {
  CHECKPOINT_PATH,
  decodeEntry,
  formatOcsf,
  parseVerifierKey,
  peekCheckpoint,
  tailLog,
  verifyEntryProof,
  verifyLog,
} from '#trust/audit/index.ts';
import type { LogReport, PlacedEntry } from '#trust/audit/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { logKeys, openLogSource } from '../open-log-source.ts';
import { ProgressBar } from '../progress-bar.ts';
import { readCount } from '../read-number.ts';
import { readTextFile } from '../read-text-file.ts';
import { hearStop } from '../stop-signal.ts';
import { readKeys } from '../verifier-keys.ts';
import { addCheckReceipt } from './check-receipt.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface SourceOptions {
  readonly from?: string;
  readonly ca?: string;
  readonly key?: readonly string[];
}

interface VerifyOptions extends SourceOptions {
  readonly since?: readonly string[];
  readonly witness?: readonly string[];
}

const TAIL_EVERY = seconds(1);

export function addAuditCommand(program: Command, contextOf: ContextOf): void {
  const audit = program.command('audit').description('the log: verify, prove, follow');

  withSource(audit.command('verify').description('rebuild the log from its entries and hold it against its checkpoint'))
    .option('--since <file...>', 'checkpoints kept from before, which it must have grown from')
    .option('--witness <key...>', 'keys of witnesses that must have cosigned it')
    .action((options: VerifyOptions, command: Command) => verify(contextOf(command), options));

  writingFiles(audit.command('prove <entry>'))
    .description('write the proof that an entry is in the log; it is checked without the log')
    .option('--out <file>', 'write it there')
    .action(async (entry: string, options: AskOptions & { out?: string }, command: Command) => {
      const context = contextOf(command);
      const path = `/v1/audit/proof/${readCount(entry, 'entry')}`;
      const files = await OutFiles.open(context, options, options.out);
      const proof = await context.withPlatform((client) => client.text('GET', path));
      if (options.out === undefined) context.result({ entry: Number(entry), proof }, () => proof);
      else {
        await files.write(options.out, proof);
        context.result(
          { entry: Number(entry), file: options.out },
          () => `wrote the proof of entry ${entry} to ${options.out}\n`,
        );
        context.next(`audit check ${options.out} --key KEY`);
      }
    });

  audit
    .command('check <file>')
    .description('check a proof with nothing but public keys')
    .option('--key <key...>', 'keys of the log, or files with a key a line')
    .option('--witness <key...>', 'keys of witnesses that must have cosigned it')
    .action((file: string, options: { key?: string[]; witness?: string[] }, command: Command) =>
      check(contextOf(command), file, options),
    );

  addCheckReceipt(audit, contextOf);

  withSource(audit.command('tail').description('entries of the log, one a line'))
    .option('--format <format>', 'json or ocsf', 'json')
    .option('--lines <n>', 'start with the newest n', '20')
    .option('--start <entry>', 'start with this entry')
    .option('--follow', 'go on as the log grows')
    .action((options: TailCommandOptions, command: Command) => tail(contextOf(command), options));

  audit
    .command('key')
    .description('the public keys of the running platform’s log')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const answer = await context.withPlatform((client) => client.json<{ keys: string[] }>('GET', '/v1/audit/keys'));
      context.result(answer, ({ keys }) => `${keys.join('\n')}\n`);
    });

  withSource(
    audit.command('checkpoint').description('the newest checkpoint; keep it elsewhere for `verify --since`'),
  ).action(async (options: SourceOptions, command: Command) => {
    const context = contextOf(command);
    using log = await openLogSource(context, options.from, options.ca);
    const bytes = await log.source.read(CHECKPOINT_PATH);
    if (bytes === null) throw new CliError('CLI_LOG_BROKEN', `Cannot read checkpoint: ${log.place} has none`);
    const note = decodeUtf8(bytes);
    const { origin, size } = peekCheckpoint(note);
    context.result({ origin, size, note }, () => note);
  });
}

function withSource(command: Command): Command {
  return command
    .option('--from <place>', 'folder or https address of the log (default: the data directory, else what runs)')
    .option('--ca <file>', 'certificate authority of that address')
    .option('--key <key...>', 'keys of the log, or files with a key a line (default: those kept at the first start)');
}

async function verify(context: CommandContext, options: VerifyOptions): Promise<void> {
  const keys = await logKeys(context, options.key);
  using log = await openLogSource(context, options.from, options.ca);
  using stop = hearStop(process, () => process.exit(1));
  const bar = new ProgressBar(context.terminal, 'verify');
  const since = await Promise.all((options.since ?? []).map((file) => readTextFile(file)));
  const witnesses = await readKeys(options.witness ?? []);
  const report = await verifyLog(log.source, {
    logKeys: keys.map(parseVerifierKey),
    since,
    witnesses: witnesses.map(parseVerifierKey),
    onProgress: (done, size) => bar.update(done / Math.max(size, 1), `${done} entries`),
    signal: stop.signal,
  });
  bar.end();
  noteUnchecked(context, report, keys.map(parseVerifierKey));
  context.result(reportJson(report, log.place), () => showReport(report, log.place));
  if (report.outcome === 'broken') {
    throw new CliError('CLI_LOG_BROKEN', `Cannot believe the log: ${report.findings.length} findings`, {
      hint: 'Keep its folder as evidence before anything else is done',
    });
  }
}

/** What was not looked at for want of a key, or is no longer signed with. */
function noteUnchecked(context: CommandContext, { signatures }: LogReport, keys: readonly NoteVerifier[]): void {
  if (signatures === null) return;
  const { algorithms, index } = signatures;
  const unchecked = algorithms.filter((id) => keys.every(({ algorithm }) => algorithm !== id));
  if (unchecked.length > 0) {
    context.note(`signatures by ${unchecked.join(' and ')} were not checked: no such key was given`);
  }
  const dropped = keys.map(({ algorithm }) => algorithm).filter((id) => !algorithms.includes(id));
  if (dropped.length > 0) context.note(`since entry ${index} the log no longer signs with ${dropped.join(' and ')}`);
}

function reportJson(
  { outcome, checkpoint, cosigners, findings, entriesRead, signatures }: LogReport,
  from: string,
): Json {
  const head = checkpoint === null ? null : { origin: checkpoint.origin, size: checkpoint.size };
  return {
    outcome,
    from,
    checkpoint: head,
    cosigners: [...cosigners],
    entriesRead,
    signatures: signatures === null ? null : { algorithms: [...signatures.algorithms], since: signatures.index },
    findings: findings.map((f) => ({ ...f })),
  };
}

function showReport({ outcome, checkpoint, cosigners, findings, entriesRead }: LogReport, from: string): string {
  const lines = findings.map(
    ({ kind, message, path }) => `${kind}: ${message}${path === undefined ? '' : ` (${path})`}`,
  );
  const witnessed = cosigners.length === 0 ? '' : `, cosigned by ${cosigners.join(', ')}`;
  const head = checkpoint === null ? from : `${checkpoint.origin} in ${from}`;
  lines.push(`${head}: ${entriesRead} entries, ${outcome}${witnessed}`);
  return lines.map((line) => `${line}\n`).join('');
}

async function check(
  context: CommandContext,
  file: string,
  options: { key?: string[]; witness?: string[] },
): Promise<void> {
  const keys = await logKeys(context, options.key);
  const witnesses = await readKeys(options.witness ?? []);
  const proven = verifyEntryProof(await readTextFile(file), {
    logKeys: keys.map(parseVerifierKey),
    ...(witnesses.length === 0 ? {} : { witnesses: witnesses.map(parseVerifierKey) }),
  });
  const { index, cosigners, checkpoint } = proven;
  const entry = JSON.parse(decodeUtf8(proven.entry)) as Json;
  decodeEntry(proven.entry);
  context.result({ index, origin: checkpoint.origin, size: checkpoint.size, cosigners: [...cosigners], entry }, () => {
    const witnessed = cosigners.length === 0 ? '' : `, cosigned by ${cosigners.join(', ')}`;
    return `entry ${index} is in ${checkpoint.origin} with ${checkpoint.size} entries${witnessed}\n${JSON.stringify(entry, null, 2)}\n`;
  });
}

interface TailCommandOptions extends SourceOptions {
  readonly format: string;
  readonly lines: string;
  readonly start?: string;
  readonly follow?: boolean;
}

async function tail(context: CommandContext, options: TailCommandOptions): Promise<void> {
  if (options.format !== 'json' && options.format !== 'ocsf') {
    throw new CliError('CLI_USAGE', `Cannot write entries as ${options.format}: the formats are json and ocsf`);
  }
  const keys = (await logKeys(context, options.key)).map(parseVerifierKey);
  using log = await openLogSource(context, options.from, options.ca);
  using stop = hearStop(process, () => process.exit(1));
  const newest = await log.source.read(CHECKPOINT_PATH);
  const { origin, size } = newest === null ? { origin: '', size: 0 } : peekCheckpoint(decodeUtf8(newest));
  const from =
    options.start === undefined
      ? Math.max(0, size - readCount(options.lines, '--lines'))
      : readCount(options.start, '--start');
  const follow = options.follow === true ? { follow: TAIL_EVERY } : {};
  for await (const entry of tailLog(log.source, { from, logKeys: keys, ...follow, signal: stop.signal })) {
    const line = options.format === 'ocsf' ? formatOcsf(entry, origin) : entryJson(entry);
    context.terminal.out(`${JSON.stringify(line)}\n`);
  }
}

function entryJson({ index, time, event }: PlacedEntry): Json {
  return { index, time: formatMicros(time), ...event };
}
