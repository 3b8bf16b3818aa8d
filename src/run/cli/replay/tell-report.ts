import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../print-failure.ts';
import type { ReplayReport } from './tally.ts';

/** How an import is spoken of. */
export interface ReportWords {
  /** What the command does: `a replay`. */
  readonly act: string;
  /** What it sends: `records`. */
  readonly sent: string;
  /** What those were not that were not taken: `not readings`. */
  readonly notTaken: string;
  /** Tells how many there were a second. */
  readonly paced: boolean;
  /** What to do where nothing was stored. */
  readonly hint: string;
  /** The statement that shows what came. */
  readonly next: string;
}

/**
 * Tells what came of an import, and what to do next.
 *
 * @throws {CliError} CLI_NOTHING_STORED where none of it was stored and nothing was left out
 */
export function tellReport(context: CommandContext, report: ReplayReport, words: ReportWords): void {
  context.result(report, (it) => showReport(it, words));
  if (report.interrupted) {
    context.note('stopped before the end; the same command with --resume goes on from here');
    process.exitCode = EXIT.interrupted;
    return;
  }
  if (report.stored === 0 && report.skipped === 0) {
    const what = `none of ${report.read} ${words.sent} was stored`;
    throw new CliError('CLI_NOTHING_STORED', `Cannot call it ${words.act}: ${what}`, { hint: words.hint });
  }
  context.next(`query "${words.next}"`);
}

function showReport(report: ReplayReport, { sent, notTaken, paced }: ReportWords): string {
  const { read, stored, skipped, refused, unreadable, devices, seconds } = report;
  const left = skipped === 0 ? '' : `, left out ${skipped} that an earlier run has sent`;
  const speed = paced && seconds > 0 ? `, ${Math.round(read / seconds)} per second` : '';
  const lines = [`stored ${stored} of ${read} ${sent} of ${devices} devices${left}${speed}`];
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ');
  if (Object.keys(refused).length > 0) lines.push(`refused ${list(refused)}`);
  if (Object.keys(unreadable).length > 0) lines.push(`${notTaken} ${list(unreadable)}`);
  return lines.map((line) => `${line}\n`).join('');
}
