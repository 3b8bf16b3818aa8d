import type { Command } from 'commander';
import type { Json } from '#base/core/index.ts';
import { DecisionPoint, formatPlan, planTemplate } from '#declare/policy/index.ts';
import type { TemplatePlan as Meaning } from '#declare/policy/index.ts';
import type { TemplateChange } from '#declare/template/index.ts';
import type { TemplatePlan as Proposal, TemplateSource } from '#run/server/index.ts';
import type { CommandContext } from '../command-context.ts';
import { detectorCosts, showDetectorCosts } from '../detector-costs.ts';
import type { DetectorCost } from '../detector-costs.ts';
import { CliError } from '../errors.ts';
import { findPlatform } from '../locate.ts';
import { chooseTemplate, readTemplate } from '../template-source.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export function addPlanCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('plan')
    .description('tell what a template means, and what it would change of what runs')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { template, source } = readTemplate(fileOf(context));
      const meaning = planTemplate(template, new DecisionPoint());
      const found = await compare(context, source);
      const { proposal, platform } = found ?? { proposal: null, platform: null };
      const detectors = detectorCosts(template);
      context.result({ meaning, proposal, platform, detectors }, () => showPlan(meaning, detectors, found));
      const meant = found !== null && isMeant(meaning, found, context.options.data);
      if (meant && found.proposal.refused) process.exitCode = 1;
      const next = meant ? nextOf(found.proposal) : 'up';
      const same = context.options.template === undefined ? '' : `--template ${context.options.template} `;
      if (next !== null) context.next(`${same}${next}`);
    });
}

/** Whether it is asked before a change is made. What waits for somebody else is theirs to answer for. */
export function asksToApply({ weakens, goes, approval, refused }: Proposal): boolean {
  return (weakens || goes.length > 0) && approval === null && !refused;
}

/** The template file that a command means. */
export function fileOf({ options }: CommandContext): string {
  return chooseTemplate(options.template, options.data);
}

/** A template as the API takes it. */
export function bodyOf(source: TemplateSource): Json {
  return { path: source.path, text: source.text, files: { ...source.files } };
}

/** What a running platform says to a template, and which platform that is. */
interface Compared {
  readonly proposal: Proposal;
  readonly platform: { readonly data: string; readonly demo: boolean };
}

/** Compares a template with the one that runs here; null where none does. */
async function compare(context: CommandContext, source: TemplateSource): Promise<Compared | null> {
  try {
    const { layout, address } = await findPlatform(context.options.data);
    const proposal = await context.withPlatform((client) =>
      client.json<Proposal>('POST', '/v1/template/plan', { body: bodyOf(source) }),
    );
    return { proposal, platform: { data: layout.root, demo: address.demo } };
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'CLI_NO_PLATFORM') throw error;
    // A plan needs no platform, so that it can be made where none is.
    context.note('no platform runs here: what would change is not shown');
    return null;
  }
}

/** Whether a template is for the platform that it is compared with. A demo that happens to run here is not what one of one's own is for. */
function isMeant({ name }: Meaning, { proposal, platform }: Compared, named: string | undefined): boolean {
  return !platform.demo || named !== undefined || name === proposal.currentName;
}

/** The command that goes on from a plan; null where the template has to be mended first, or nothing is left to do. */
function nextOf(proposal: Proposal): string | null {
  if (proposal.refused || proposal.changes.length === 0) return null;
  return `apply${asksToApply(proposal) ? ' --yes' : ''}`;
}

/** Which template a plan is compared with, and where that runs. */
function showCompared(meaning: Meaning, { proposal, platform }: Compared): string {
  const { current, currentName } = proposal;
  const where = `${platform.demo ? 'the demo' : 'the platform'} on ${platform.data}`;
  const other = `it is not the template of that name: applied there, ${meaning.name} would take the place of ${currentName}\n`;
  return `compared with template ${currentName}, version ${current.slice(0, 12)}, in force in ${where}\n${meaning.name === currentName ? '' : other}`;
}

function showPlan(meaning: Meaning, detectors: readonly DetectorCost[], found: Compared | null): string {
  const parts = [formatPlan(meaning)];
  if (detectors.length > 0) parts.push(`what judges readings, and what it costs\n${showDetectorCosts(detectors)}`);
  if (found !== null) {
    const { proposal } = found;
    const title = proposal.changes.length === 0 ? 'it is in force as it is\n' : 'it would change\n';
    parts.push(`${showCompared(meaning, found)}${title}${showChanges(proposal.changes)}`);
    const { weaknesses, approval } = proposal;
    if (weaknesses.length > 0) {
      const who = approval === null ? 'it weakens, and needs --yes\n' : 'it weakens, and waits for a second person\n';
      parts.push(`${who}${showWeaknesses(weaknesses)}`);
    }
    if (proposal.goes.length > 0) parts.push(`it lets readings go, which needs --yes\n${showGoing(proposal.goes)}`);
    if (proposal.otherClasses.length > 0) parts.push(`to be sealed anew\n${showClasses(proposal.otherClasses)}`);
  }
  return `${parts.join('\n\n').trimEnd()}\n`;
}

/** Changes as a table; nothing for none. */
export function showChanges(changes: readonly TemplateChange[]): string {
  if (changes.length === 0) return '';
  return formatTable(
    ['effect', 'where', 'before', 'after', 'so that'],
    changes.map(({ effect, path, before, after, explanation }) => [
      effect,
      path,
      brief(before),
      brief(after),
      explanation,
    ]),
  );
}

/** How a change weakens, one line each; nothing for none. */
export function showWeaknesses(weaknesses: Proposal['weaknesses']): string {
  if (weaknesses.length === 0) return '';
  return formatTable(
    ['weakens', 'how'],
    weaknesses.map(({ what, explanation }) => [what, explanation]),
  );
}

/** Stored readings that go, by stream. */
export function showGoing(streams: Proposal['goes']): string {
  return formatTable(
    ['stream', 'segments', 'rows, up to'],
    streams.map(({ stream, segments, rows }) => [stream, segments, rows]),
  );
}

/** Both classes of each field whose stored readings have another than the template says. */
export function showClasses(fields: Proposal['otherClasses']): string {
  return formatTable(
    ['stream', 'field', 'stored as', 'declared', 'governs until then', 'segments', 'rows'],
    fields.map(({ stream, field, stored, declared, governs, segments, rows }) => [
      stream,
      field,
      stored,
      declared,
      governs,
      segments,
      rows,
    ]),
  );
}

function brief(value: Json): string {
  const text = value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
