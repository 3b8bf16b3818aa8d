import type { Command } from 'commander';
import type { AppliedTemplate, TemplatePlan as Proposal } from '#run/server/index.ts';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions, Deed } from '../ask-first.ts';
import { readTemplate } from '../template-source.ts';
import type { ContextOf } from './command.ts';
import { asksToApply, bodyOf, fileOf, showChanges, showClasses, showGoing, showWeaknesses } from './plan.ts';

export function addApplyCommand(program: Command, contextOf: ContextOf): void {
  askingFirst(program.command('apply'), 'also where it weakens a protection or lets stored readings go')
    .description('put a changed template in force')
    .action(async (options: AskOptions, command: Command) => {
      const context = contextOf(command);
      const { template, source } = readTemplate(fileOf(context));
      const applied = await context.withPlatform(async (client) => {
        const plan = await client.json<Proposal>('POST', '/v1/template/plan', { body: bodyOf(source) });
        if (options.yes !== true && asksToApply(plan)) await askFirst(context, applying(plan, template.name));
        else replacing(plan, template.name).forEach((words) => context.note(words));
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

/** All that is lost with a change: protection, and what is stored. */
function applying(proposal: Proposal, name: string): Deed {
  const { weaknesses, goes } = proposal;
  const weaker = weaknesses.map(({ what, explanation }) => `\n  ${what}: ${explanation}`).join('');
  const parts = [
    ...replacing(proposal, name),
    ...(weaknesses.length === 0 ? [] : [`it weakens protection${weaker}`]),
    ...(goes.length === 0
      ? []
      : [`it keeps stored readings no longer, and they do not come back\n${showGoing(goes).trimEnd()}`]),
  ];
  const hold = 'Hold what is to stay with `npm run -s weir -- retention hold`';
  return { deed: 'apply the template', goes: parts.join('\n'), ...(goes.length === 0 ? {} : { advice: hold }) };
}

/** That another template would be gone from force, where one would. */
function replacing({ currentName }: Proposal, name: string): readonly string[] {
  return name === currentName ? [] : [`${name} takes the place of ${currentName}, which is another template`];
}
