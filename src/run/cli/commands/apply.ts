import type { Command } from 'commander';
import type { TemplateChange } from '#declare/template/index.ts';
import type { TemplatePlan as Proposal } from '#run/server/index.ts';
import { CliError } from '../errors.ts';
import { readTemplate } from '../template-source.ts';
import type { ContextOf } from './command.ts';
import { bodyOf, fileOf, showChanges, showClasses } from './plan.ts';

export function addApplyCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('apply')
    .description('put a changed template in force')
    .option('--yes', 'also where it weakens a protection')
    .action(async (options: { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const { source } = readTemplate(fileOf(context));
      const applied = await context.withPlatform(async (client) => {
        const proposal = await client.json<Proposal>('POST', '/v1/template/plan', { body: bodyOf(source) });
        if (proposal.weakens && !proposal.refused && options.yes !== true) throw weakens(proposal.changes);
        return await client.json<Proposal>('POST', '/v1/template/apply', { body: bodyOf(source) });
      });
      context.result(applied, showApplied);
      context.next('status');
    });
}

/** What was applied, and what of the stored readings is sealed anew for it. */
function showApplied({ changes, digest, otherClasses }: Proposal): string {
  const version = `version ${digest.slice(0, 12)} is in force\n`;
  if (changes.length === 0) return `nothing to change: ${version}`;
  const anew = otherClasses.length === 0 ? '' : `sealed anew from now on\n${showClasses(otherClasses)}`;
  return `${showChanges(changes)}${anew}${version}`;
}

function weakens(changes: readonly TemplateChange[]): CliError {
  const found = changes.filter(({ effect }) => effect === 'weakens');
  const lines = found.map(({ path, explanation }) => `  ${path}: ${explanation}`);
  return new CliError(
    'CLI_TEMPLATE_WEAKENS',
    `Cannot apply template unasked: it weakens protection\n${lines.join('\n')}`,
    {
      hint: 'Apply it all the same with --yes; who did it stands in the log',
    },
  );
}
