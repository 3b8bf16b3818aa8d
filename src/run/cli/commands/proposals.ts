import type { Command } from 'commander';
import type { AppliedTemplate, ShownProposal, TemplatePlan } from '#run/server/index.ts';
import { askFirst, askingFirst } from '../ask-first.ts';
import type { AskOptions } from '../ask-first.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { showApplied } from './apply.ts';
import { showChanges, showGoing, showWeaknesses } from './plan.ts';

/** Digits of a digest that tell two proposals apart for people. */
const SHOWN_DIGITS = 16;
const LEAST_DIGITS = 12;

interface WholeProposal extends ShownProposal {
  readonly goes: TemplatePlan['goes'];
}

/** Changes of the template that wait for a second person: see them, approve them, reject them. */
export function addProposalCommands(program: Command, contextOf: ContextOf): void {
  program
    .command('proposals [id]')
    .description('changes of the template that wait for a second person; one of them with all that it changes')
    .action(async (id: string | undefined, _options: object, command: Command) => {
      const context = contextOf(command);
      if (id === undefined) return list(context);
      const proposal = await show(context, id);
      context.result(proposal, showProposal);
      if (proposal.state === 'waiting')
        context.next(`approve ${id} --digest ${proposal.digest.slice(0, SHOWN_DIGITS)}`);
    });

  askingFirst(program.command('approve <id>'), 'also where it lets stored readings go')
    .description('put in force what somebody else proposed')
    .requiredOption('--digest <hex>', 'digest of the proposal as it was shown, at least 12 digits of it')
    .action(async (id: string, { digest, yes }: AskOptions & { digest: string }, command: Command) => {
      const context = contextOf(command);
      const proposal = await show(context, id);
      if (digest.length < LEAST_DIGITS || !proposal.digest.startsWith(digest.toLowerCase())) {
        throw new CliError('CLI_PROPOSAL_OTHER', `Cannot approve proposal ${id}: it does not have this digest`, {
          hint: `Look at it with weir proposals ${id}, which shows its digest`,
        });
      }
      if (proposal.goes.length > 0 && yes !== true) {
        const goes = `stored readings go, and do not come back\n${showGoing(proposal.goes).trimEnd()}`;
        await askFirst(context, { deed: `approve proposal ${id}`, goes });
      }
      const applied = await context.withPlatform((client) =>
        client.json<AppliedTemplate>('POST', `${pathOf(id)}/approve`, { body: { digest: proposal.digest } }),
      );
      context.result(applied, showApplied);
      context.next('status');
    });

  program
    .command('reject <id>')
    .description('end a proposal of somebody else')
    .option('--reason <text>', 'why, for whoever made it')
    .action(async (id: string, { reason }: { reason?: string }, command: Command) => {
      const context = contextOf(command);
      const body = reason === undefined ? {} : { reason };
      const rejected = await context.withPlatform((client) =>
        client.json<ShownProposal>('POST', `${pathOf(id)}/reject`, { body }),
      );
      context.result(rejected, ({ state }) => `${id} is ${state}\n`);
      context.next('proposals');
    });
}

async function list(context: CommandContext): Promise<void> {
  const { proposals } = await context.withPlatform((client) =>
    client.json<{ proposals: ShownProposal[] }>('GET', '/v1/proposals'),
  );
  context.result(proposals, (rows) =>
    rows.length === 0
      ? 'no change waits, and none has\n'
      : formatTable(
          ['id', 'state', 'by', 'changes', 'weakens', 'expires', 'decided by', 'digest'],
          rows.map((row) => [
            row.id,
            row.state,
            row.proposedBy,
            row.changes.length,
            row.weaknesses.length,
            row.expires,
            row.decidedBy ?? '',
            row.digest.slice(0, SHOWN_DIGITS),
          ]),
        ),
  );
  const waiting = proposals.find(({ state }) => state === 'waiting');
  if (waiting !== undefined) context.next(`proposals ${waiting.id}`);
}

function show(context: CommandContext, id: string): Promise<WholeProposal> {
  return context.withPlatform((client) => client.json<WholeProposal>('GET', pathOf(id)));
}

function pathOf(id: string): string {
  return `/v1/proposals/${encodeURIComponent(id)}`;
}

function showProposal(proposal: WholeProposal): string {
  const { id, state, digest, proposedBy, expires, template, base, changes, weaknesses, goes, decidedBy, reason } =
    proposal;
  return [
    `proposal ${id} of ${proposedBy}, ${state}`,
    ...(decidedBy === null ? [] : [`  by ${decidedBy}${reason === null ? '' : `: ${reason}`}`]),
    `  would put version ${template.slice(0, 12)} in place of ${base.slice(0, 12)}, until ${expires}`,
    `  digest ${digest}`,
    '',
    showChanges(changes),
    showWeaknesses(weaknesses),
    ...(goes.length === 0 ? [] : [`it lets readings go\n${showGoing(goes)}`]),
  ].join('\n');
}
