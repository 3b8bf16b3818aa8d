import type { Command } from 'commander';
import type { AppliedTemplate, TemplatePlan as Proposal } from '#run/server/index.ts';
import { CliError } from '../errors.ts';
import { readTemplate } from '../template-source.ts';
import type { ContextOf } from './command.ts';
import { bodyOf, fileOf, showChanges, showClasses, showGoing, showWeaknesses } from './plan.ts';

export function addApplyCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('apply')
    .description('put a changed template in force')
    .option('--yes', 'also where it weakens a protection or lets stored readings go')
    .action(async (options: { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const { source } = readTemplate(fileOf(context));
      const applied = await context.withPlatform(async (client) => {
        const plan = await client.json<Proposal>('POST', '/v1/template/plan', { body: bodyOf(source) });
        // What waits for somebody else is theirs to answer for.
        const asked = options.yes === true || plan.approval !== null;
        if (plan.weakens && !plan.refused && !asked) throw weakens(plan);
        if (plan.goes.length > 0 && !plan.refused && !asked) throw erases(plan);
        return await client.json<AppliedTemplate>('POST', '/v1/template/apply', { body: bodyOf(source) });
      });
      context.result(applied, showApplied);
      context.next(applied.proposal === null ? 'status' : `proposals ${applied.proposal.id}`);
    });
}

/** What was applied, and what of the stored readings is sealed anew for it; or what waits for somebody else. */
export function showApplied({ changes, digest, otherClasses, weaknesses, proposal }: AppliedTemplate): string {
  const version = `version ${digest.slice(0, 12)} is in force\n`;
  if (changes.length === 0) return `nothing to change: ${version}`;
  if (proposal !== null) {
    const waits = `it waits for somebody else to approve proposal ${proposal.id}, until ${proposal.expires}\n`;
    return `${showChanges(changes)}${showWeaknesses(weaknesses)}${waits}`;
  }
  const anew = otherClasses.length === 0 ? '' : `sealed anew from now on\n${showClasses(otherClasses)}`;
  return `${showChanges(changes)}${anew}${version}`;
}

function weakens({ weaknesses }: Proposal): CliError {
  const lines = weaknesses.map(({ what, explanation }) => `  ${what}: ${explanation}`);
  return new CliError(
    'CLI_TEMPLATE_WEAKENS',
    `Cannot apply template unasked: it weakens protection\n${lines.join('\n')}`,
    {
      hint: 'Apply it all the same with --yes; who did it stands in the log',
    },
  );
}

/** What goes does not come back, so it is said before. */
function erases({ goes }: Proposal): CliError {
  return new CliError(
    'CLI_TEMPLATE_ERASES',
    `Cannot apply template unasked: it keeps stored readings no longer, and they do not come back\n${showGoing(goes)}`,
    {
      hint: 'Hold what is to stay with `npm run -s weir -- retention hold`, or apply it all the same with --yes',
    },
  );
}
