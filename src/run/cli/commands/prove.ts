import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { verifyEvidence } from '#assure/controls/index.ts';
import type { ControlOutcome } from '#assure/controls/index.ts';
import { hasCode } from '#base/core/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import type { PlatformClient } from '../platform-client.ts';
import { readCount } from '../read-number.ts';
import { readTextFile } from '../read-text-file.ts';
import { formatTable } from '../text-table.ts';
import { readKeys } from '../verifier-keys.ts';
import type { ContextOf } from './command.ts';
import { OutFiles, writingFiles } from '../out-files.ts';
import type { AskOptions } from '../ask-first.ts';

interface ProveOptions extends AskOptions {
  readonly row?: readonly string[];
  readonly control?: readonly string[];
  readonly bundle?: string;
  readonly follow?: boolean;
  readonly last?: boolean;
  readonly verify?: string;
  readonly key?: readonly string[];
}

export function addProveCommand(program: Command, contextOf: ContextOf): void {
  writingFiles(program.command('prove'))
    .description('try the promises of the running platform')
    .option('--row <n...>', 'only the controls of these rows')
    .option('--control <id...>', 'only these controls')
    .option('--bundle <file>', 'write the signed evidence bundle to a file')
    .option('--follow', 'try nothing: tell of the run under way until it ends, or of the last one')
    .option('--last', 'try nothing: show the evidence of the last run that ended, whoever asked for it')
    .option('--verify <file>', 'try nothing: verify an evidence bundle and show what it says')
    .option('--key <key...>', 'keys to believe it by, or files with a key a line (default: those of the platform here)')
    .action(async (options: ProveOptions, command: Command) => {
      const context = contextOf(command);
      if (options.verify !== undefined) return showEvidence(context, await readTextFile(options.verify), options.key);
      if (options.follow === true) return follow(context);
      if (options.last === true) return showLast(context, options);
      const body = {
        rows: (options.row ?? []).map((row) => readCount(row, '--row', 1, 98)),
        ids: [...(options.control ?? [])],
      };
      if (body.rows.length + body.ids.length === 0)
        context.note('trying every control, one at a time: that takes a minute or more');
      const files = await OutFiles.open(context, options, options.bundle);
      const answer = await context.withPlatform((client) => {
        const run = client.json<{ controls: ControlOutcome[]; bundle: string }>('POST', '/v1/prove', { body });
        return showMeanwhile(context, client, run.catch(cutOff));
      });
      await writeBundle(context, files, options.bundle, answer.bundle);
      showControls(context, answer.controls);
    });
}

/** Says what to do where a connection that stood has ended: the run goes on. */
function cutOff(error: unknown): never {
  const isCutOff = error instanceof CliError && ['ECONNRESET', 'EPIPE'].some((code) => hasCode(error.cause, code));
  if (!isCutOff) throw error;
  throw new CliError('CLI_UNFINISHED', 'Cannot say how the controls came out: the connection ended', {
    hint: 'Where the platform runs the controls go on: follow them with `npm run -s weir -- prove --follow`, then see `prove --last`',
    cause: error,
  });
}

async function writeBundle(
  context: CommandContext,
  files: OutFiles,
  file: string | undefined,
  bundle: string,
): Promise<void> {
  if (file === undefined) return;
  await files.write(file, bundle);
  context.note(`wrote the signed evidence to ${file}`);
}

type Ended = Pick<ControlOutcome, 'row' | 'id' | 'outcome'>;

interface Progress {
  readonly running: boolean;
  readonly begun: string | null;
  readonly brokeOff: boolean;
  readonly of: number;
  readonly ended: readonly Ended[];
}

/** How often is asked which controls have ended. */
const ASK_EVERY_MS = 1_000;

/** Names each control at a terminal as it ends, until the run is over. */
async function showMeanwhile<T>(context: CommandContext, client: PlatformClient, run: Promise<T>): Promise<T> {
  if (!context.terminal.isTerminal || context.options.json === true) return run;
  const over = new AbortController();
  const done = run.finally(() => over.abort());
  // What it rejects with is for who waits for the run.
  done.catch(() => {});
  let shown = 0;
  for (;;) {
    await sleep(ASK_EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
    if (over.signal.aborted) return done;
    // A run goes on whether it can be told of or not.
    const progress = await client.json<Progress>('GET', '/v1/prove').catch(() => null);
    // What ended before this one began is of the run before.
    if (progress?.running === true) shown = showEnded(context, progress, shown);
  }
}

/** Names the controls that have ended beyond those that were shown; how many are shown by now. */
function showEnded(context: CommandContext, { ended, of }: Progress, shown: number): number {
  for (const [at, { row, id, outcome }] of ended.slice(shown).entries())
    context.terminal.err(`${shown + at + 1} of ${of}: row ${row} ${id} ${outcome}\n`);
  return ended.length;
}

/** Tells of the run that is under way until it ends, or of the last one. One that broke off has shown nothing, and is a failure. */
async function follow(context: CommandContext): Promise<void> {
  const last = await context.withPlatform(async (client) => {
    let progress = await client.json<Progress>('GET', '/v1/prove');
    const { begun } = progress;
    if (progress.running) context.note(`a run is under way since ${begun}`);
    for (let shown = 0; progress.begun === begun; progress = await client.json<Progress>('GET', '/v1/prove')) {
      shown = showEnded(context, progress, shown);
      if (!progress.running) break;
      await sleep(ASK_EVERY_MS);
    }
    return progress;
  });
  context.result(last, showProgress);
  if (last.begun === null) context.note('no run was begun since the platform started');
  else if (!last.running && !last.brokeOff) context.next('prove --last');
  if (last.brokeOff || last.ended.some(({ outcome }) => outcome === 'fail')) process.exitCode = 1;
}

function showProgress({ begun, running, brokeOff, ended, of }: Progress): string {
  if (begun === null) return '';
  const state = running ? 'goes on' : brokeOff ? 'broke off' : 'is over';
  return `the run of ${begun} ${state}: ${summaryOf(ended)}, of ${of}\n`;
}

/** Shows what the platform kept of the last run, as far as the keys of its evidence signed it. */
async function showLast(context: CommandContext, options: ProveOptions): Promise<void> {
  const files = await OutFiles.open(context, options, options.bundle);
  const { bundle } = await context.withPlatform((client) => client.json<{ bundle: string }>('GET', '/v1/prove/last'));
  await showEvidence(context, bundle, options.key);
  await writeBundle(context, files, options.bundle, bundle);
}

/** @throws {ControlsError} CONTROLS_BUNDLE_UNSIGNED, CONTROLS_BUNDLE_INVALID */
async function showEvidence(
  context: CommandContext,
  bundle: string,
  named: readonly string[] | undefined,
): Promise<void> {
  const keys =
    named === undefined
      ? (await context.withPlatform((client) => client.json<{ keys: string[] }>('GET', '/v1/prove/keys'))).keys
      : await readKeys(named);
  const { deployment, ended, by, controls } = verifyEvidence(bundle, keys);
  context.note(`evidence of ${deployment}, gathered until ${ended} for ${by}, signed by ${keys.length} keys`);
  showControls(context, controls);
}

function showControls(context: CommandContext, controls: readonly ControlOutcome[]): void {
  context.result({ controls }, () => showOutcomes(controls));
  if (controls.some(({ outcome }) => outcome === 'fail')) process.exitCode = 1;
}

function showOutcomes(controls: readonly ControlOutcome[]): string {
  const failed = controls.filter(({ outcome }) => outcome === 'fail');
  const table = formatTable(
    ['row', 'control', 'covers', 'outcome', 'statement'],
    controls.map((control) => [control.row, control.id, control.covers, control.outcome, control.statement]),
  );
  const evidence = failed.map(({ id, evidence: seen }) => `${id}: ${JSON.stringify(seen)}\n`).join('');
  return `${table}${evidence}${summaryOf(controls)}\n`;
}

function summaryOf(controls: readonly Ended[]): string {
  const count = (wanted: Ended['outcome']): number => controls.filter(({ outcome }) => outcome === wanted).length;
  return `${count('pass')} pass, ${count('fail')} fail, ${count('not-applicable')} not applicable`;
}
