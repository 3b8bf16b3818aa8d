import { formatDuration } from '#declare/template/index.ts';
import type { PlannedBudget, PlannedStream, TemplatePlan } from './plan-template.ts';

/** A plan as text for people, one statement a line, sections apart. */
export function formatPlan(plan: TemplatePlan): string {
  return [
    [`template ${plan.name}, version ${plan.digest.slice(0, 12)}, region ${plan.region}`],
    [
      'listens on',
      ...plan.listeners.map(({ name, address, port }) => `  ${name} ${address}:${port}`),
      plan.exposed ? '  other machines can reach it' : '  only this machine can reach it',
    ],
    ['signs', ...plan.signatures.map((line) => `  ${line}`)],
    ['devices', ...plan.devices.map(formatDevice)],
    ...plan.streams.map(formatStream),
    ['views', ...plan.views.map(({ name, from, roles }) => `  ${name} from ${from.join(', ')}, for ${nameAll(roles)}`)],
    [
      'roles',
      ...plan.roles.map(
        ({ name, may }) => `  ${name} may ${may.length === 0 ? 'query' : ['query', ...may].join(', ')}`,
      ),
    ],
    ...plan.budgets.map(formatBudget),
    ...formatDictionaries(plan),
    formatUnenforced(plan),
  ]
    .map((section) => section.join('\n'))
    .join('\n\n');
}

function formatDevice({ type, identity, publishesTo, speaksFor }: TemplatePlan['devices'][number]): string {
  const speaks = speaksFor.length === 0 ? '' : `, speaks for ${speaksFor.join(', ')}`;
  return `  ${type} proves itself by ${identity}, publishes to ${nameAll(publishesTo)}${speaks}`;
}

function formatStream(stream: PlannedStream): string[] {
  const held = stream.heldBy.length === 0 ? '' : `, does not start: ${stream.heldBy.join(', ')} not enforced`;
  const domains = Map.groupBy(stream.columns, (column) => column.keyDomain ?? 'refused');
  return [
    `stream ${stream.name}, from ${nameAll(stream.from)}${held}`,
    ...stream.checks.map((check) => `  checks ${check}`),
    `  kept ${stream.kept}`,
    ...[...domains].map(
      ([domain, columns]) =>
        `  ${domain === 'refused' ? 'refuses' : `seals under ${domain}`}: ${columns.map(({ name }) => name).join(', ')}`,
    ),
    ...stream.seenBy.map(({ role, clear, masked, rowFilter }) => {
      const rows = rowFilter === null ? '' : ` where ${rowFilter}`;
      return `  ${role} sees ${[...clear, ...masked].join(', ')}${rows}`;
    }),
  ];
}

function formatBudget({
  stream,
  unit,
  epsilon,
  delta,
  renew,
  rows,
  query,
  allot,
  views,
  raw,
}: PlannedBudget): string[] {
  const shares = Object.entries(allot).map(([role, share]) => `${role} ${Math.round(share * 1_000) / 10} %`);
  return [
    `privacy of each ${unit} in ${stream}`,
    `  at most ε ${epsilon} with δ ${delta}, over all answers${renew === null ? '' : `, anew for what is received in each ${formatDuration(renew)}`}`,
    `  ${query} of it for a statement that asks for nothing else; ${rows} rows of one ${unit} count`,
    ...(shares.length === 0 ? [] : [`  divided: ${shares.join(', ')}, the rest for others`]),
    `  spent by ${nameAll(views)}`,
    ...raw.map(({ name, roles }) => `  warning: ${nameAll(roles)} sees the rows themselves, in ${name}`),
  ];
}

function formatDictionaries({ dictionaries }: TemplatePlan): readonly string[][] {
  if (dictionaries.length === 0) return [];
  return [
    [
      'warning: who brings in values and sees their tokens has a dictionary of them',
      ...dictionaries.map(
        ({ role, stream, columns, by }) =>
          `  ${role} sees ${columns.join(', ')} of ${stream} and may ${by.join(' and ')}`,
      ),
    ],
  ];
}

function formatUnenforced(plan: TemplatePlan): string[] {
  if (plan.unenforced.length === 0) return ['everything that is declared is enforced'];
  return [
    'declared and not enforced by this version',
    ...plan.unenforced.map(({ path, promise, meanwhile }) => `  ${path}: ${promise}; meanwhile ${meanwhile}`),
  ];
}

function nameAll(names: readonly string[]): string {
  return names.length === 0 ? 'nobody' : names.join(', ');
}
