import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ControlOutcome } from '#assure/controls/index.ts';
import { readCount } from '../read-number.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export function addProveCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('prove')
    .description('try the promises of the running platform')
    .option('--row <n...>', 'only the controls of these rows')
    .option('--control <id...>', 'only these controls')
    .option('--bundle <file>', 'write the signed evidence bundle to a file')
    .action(async (options: { row?: string[]; control?: string[]; bundle?: string }, command: Command) => {
      const context = contextOf(command);
      const body = {
        rows: (options.row ?? []).map((row) => readCount(row, '--row', 1, 98)),
        ids: options.control ?? [],
      };
      const answer = await context.withPlatform((client) =>
        client.json<{ controls: ControlOutcome[]; bundle: string }>('POST', '/v1/prove', { body }),
      );
      if (options.bundle !== undefined) {
        await writeFile(options.bundle, answer.bundle);
        context.note(`wrote the signed evidence to ${options.bundle}`);
      }
      context.result({ controls: answer.controls }, ({ controls }) => showOutcomes(controls));
      if (answer.controls.some(({ outcome }) => outcome === 'fail')) process.exitCode = 1;
    });
}

function showOutcomes(controls: readonly ControlOutcome[]): string {
  const failed = controls.filter(({ outcome }) => outcome === 'fail');
  const table = formatTable(
    ['row', 'control', 'covers', 'outcome', 'statement'],
    controls.map((control) => [control.row, control.id, control.covers, control.outcome, control.statement]),
  );
  const evidence = failed.map(({ id, evidence: seen }) => `${id}: ${JSON.stringify(seen)}\n`).join('');
  const passed = controls.filter(({ outcome }) => outcome === 'pass').length;
  return `${table}${evidence}${passed} pass, ${failed.length} fail, ${controls.length - passed - failed.length} not applicable\n`;
}
