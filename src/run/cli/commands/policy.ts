import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import {
  ACTIONS,
  cedarSchema,
  decisionMatrix,
  DecisionPoint,
  diffMatrices,
  momentsOf,
  explainDecision,
  parseResource,
  runPolicyTests,
  STRENGTHS,
  subjectOf,
  subjectsOf,
} from '#declare/policy/index.ts';
import type { AccessRequest, Action, MatrixChange, Resource, Strength, Subject } from '#declare/policy/index.ts';
import { CliError } from '../errors.ts';
import { readTemplate } from '../template-source.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { fileOf } from './plan.ts';

interface AskOptions {
  readonly purpose?: string;
  readonly strength?: Strength;
}

/** Policies without a platform: everything here reads template files and changes nothing. */
export function addPolicyCommand(program: Command, contextOf: ContextOf): void {
  const policy = program.command('policy').description('who may what: check, explain, compare, test');

  policy
    .command('check')
    .description('find what is wrong in the template and its .cedar files, with file, line and column')
    .action((_options: object, command: Command) => {
      const context = contextOf(command);
      const { template } = readTemplate(fileOf(context));
      const { policies } = new DecisionPoint().policiesOf(template);
      const files = (template.policies ?? []).map(({ file }) => file);
      const found = { policies: policies.map(({ id, effect, statement }) => ({ id, effect, statement })), files };
      context.result(found, () => `${policies.length} policies are right, ${files.length} files among them\n`);
      context.next('policy who-can query VIEW');
    });

  policy
    .command('schema')
    .description('the Cedar schema that the template implies')
    .action((_options: object, command: Command) => {
      const context = contextOf(command);
      const schema = cedarSchema(readTemplate(fileOf(context)).template);
      context.result({ schema }, () => schema);
    });

  withSituation(
    policy
      .command('explain <who> <action> <resource>')
      .description(
        'say whether somebody may, and which policies decide; who is role:NAME, service:NAME, device:TYPE, operator',
      ),
  ).action((who: string, action: string, resource: string, options: AskOptions, command: Command) => {
    const context = contextOf(command);
    const { template } = readTemplate(fileOf(context));
    const decisions = new DecisionPoint();
    const request = requestOf(subjectFor(who), actionFor(action), resource, options);
    const decision = decisions.decide(request, template);
    const known = new Map(decisions.policiesOf(template).policies.map((one) => [one.id, one]));
    const policies = decision.policies.map((id) => ({ id, statement: known.get(id)?.statement ?? '' }));
    const { effect, reason, obligations, hidden } = decision;
    context.result({ effect, reason, policies, obligations, hidden }, () =>
      [
        explainDecision(request, decision),
        ...policies.map(({ id, statement }) => `  ${id}: ${statement}`),
        ...(obligations === null ? [] : [`  sees ${obligations.columns.map(showColumn).join(', ')}`]),
        ...(typeof obligations?.rowFilter !== 'string' ? [] : [`  rows where ${obligations.rowFilter}`]),
        ...hidden.map(({ name, why }) => `  does not see ${name}: ${HIDDEN[why]}`),
        '',
      ].join('\n'),
    );
  });

  withSituation(
    policy
      .command('who-can <action> <resource>')
      .description('every role, the operator and every type of device that may'),
  ).action((action: string, resource: string, options: AskOptions, command: Command) => {
    const context = contextOf(command);
    const { template } = readTemplate(fileOf(context));
    const decisions = new DecisionPoint();
    const rows = [...subjectsOf(template)].flatMap(([who, subject]) => {
      const request = requestOf(subject, actionFor(action), resource, options);
      const { effect, policies, obligations } = decisions.decide(request, template);
      return effect === 'deny' ? [] : [{ who, policies, columns: obligations?.columns.map(showColumn) ?? [] }];
    });
    context.result(rows, () =>
      rows.length === 0
        ? 'nobody\n'
        : formatTable(
            ['who', 'sees', 'by'],
            rows.map(({ who, columns, policies }) => [who, columns.join(', '), policies.join(', ')]),
          ),
    );
  });

  policy
    .command('diff <old> <new>')
    .description('what a changed template newly allows or denies, over every role, action, resource and purpose')
    .action((before: string, after: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const decisions = new DecisionPoint();
      const templates = [before, after].map((file) => readTemplate(file).template);
      const moments = momentsOf(templates.map((template) => decisions.policiesOf(template)));
      const [was, is] = templates.map((template) => decisionMatrix(template, decisions, moments));
      const changes = diffMatrices(was ?? [], is ?? []);
      context.result(changes, () => (changes.length === 0 ? 'nothing changes\n' : showDiff(changes)));
    });

  policy
    .command('test <file>')
    .description('run the cases of a YAML file against the template')
    .action((file: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const { template } = readTemplate(fileOf(context));
      const results = runPolicyTests(readCases(file), template, new DecisionPoint());
      const failed = results.filter(({ holds }) => !holds);
      context.result(results, () =>
        [
          ...failed.map(({ name, message }) => `FAIL ${name}: ${message}`),
          `${results.length - failed.length} of ${results.length} cases hold`,
          '',
        ].join('\n'),
      );
      if (failed.length > 0) process.exitCode = 1;
    });
}

const HIDDEN = {
  secret: 'nobody sees a secret',
  class: 'no role sees its class',
  purpose: 'it is seen for a purpose only',
  basis: 'a stream that it comes from has no lawful basis',
  region: 'it has to stay in its region',
  export: 'it is not taken out, or for a stated purpose only',
  policy: 'a policy forbids it',
} as const;

function withSituation(command: Command): Command {
  return command
    .option('--purpose <purpose>', 'for which purpose')
    .addOption(new Option('--strength <strength>', 'how strongly they signed in').choices(STRENGTHS));
}

/** The request of a subject without anything that only a moment could tell; devices speak for themselves, in order. */
function requestOf(subject: Subject, action: Action, text: string, options: AskOptions): AccessRequest {
  const own = subject.kind === 'device' && action === 'subscribe' ? subject.id : text;
  const about = { about: { name: subject.id, type: subject.deviceType ?? '' }, posture: 'fresh' } as const;
  return {
    subject: options.strength === undefined ? subject : { ...subject, strength: options.strength },
    action,
    resource: resourceFor(own, action),
    purpose: options.purpose ?? null,
    context: subject.kind === 'device' ? about : { proposer: 'somebody else' },
  };
}

function subjectFor(text: string): Subject {
  const subject = subjectOf(text);
  if (subject !== null) return subject;
  throw usage(
    `\`${text.slice(0, 80)}\` is nobody`,
    'Write role:NAME, service:NAME, device:TYPE, agent:ROLE/ROLE or operator',
  );
}

function actionFor(text: string): Action {
  const action = ACTIONS.find((known) => known === text);
  if (action !== undefined) return action;
  throw usage(`there is no action \`${text.slice(0, 80)}\``, `The actions are ${ACTIONS.join(', ')}`);
}

function resourceFor(text: string, action: Action): Resource {
  const resource = parseResource(text, action);
  if (resource !== null) return resource;
  throw usage(
    `\`${text.slice(0, 80)}\` is nothing to ${action}`,
    'Write its type before its name, such as stream:climate',
  );
}

function usage(what: string, hint: string): CliError {
  return new CliError('CLI_POLICY_UNCLEAR', `Cannot ask policies: ${what}`, { hint });
}

function readCases(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'), { maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read cases: ${file} is not there, or is no YAML`, { cause });
  }
}

function showColumn({ name, mask }: { readonly name: string; readonly mask: string | null }): string {
  return mask === null ? name : `${name} (${mask})`;
}

function showDiff(changes: readonly MatrixChange[]): string {
  // The moment is told where some change depends on it.
  const byMoment = changes.some(({ when }) => when !== null);
  return formatTable(
    ['effect', 'who', 'action', 'resource', 'purpose', 'signed in', ...(byMoment ? ['when'] : []), 'gained', 'lost'],
    changes.map(({ effect, cell, when, gained, lost }) => [
      effect,
      cell.who,
      cell.action,
      cell.resource,
      cell.purpose ?? '',
      cell.strength,
      ...(byMoment ? [when === null ? 'always' : when.join(', ')] : []),
      gained.join(', '),
      lost.join(', '),
    ]),
  );
}
