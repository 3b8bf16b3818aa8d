import type { Command } from 'commander';
import { parseRfc3339 } from '#base/core/index.ts';
import { formatTechnique } from '#declare/template/index.ts';
import type { AlertForm } from '#run/server/index.ts';
import type { CommandContext } from '../command-context.ts';
import { followEvents } from '../follow-events.ts';
import { formatTable } from '../text-table.ts';
import { addRuleCommands } from './alert-rules.ts';
import type { ContextOf } from './command.ts';

interface Flags {
  readonly follow?: true;
  readonly ocsf?: true;
}

const HEADER = ['id', 'start', 'severity', 'state', 'device', 'stream', 'what'] as const;

/** What the watch found unusual, and what people say of it. */
export function addAlertCommands(program: Command, contextOf: ContextOf): void {
  program
    .command('alerts')
    .description('what was found unusual, the newest first')
    .option('--follow', 'go on and print each alert as it is raised or changes')
    .option('--device <name>', 'of this device')
    .option('--stream <name>', 'of this stream')
    .option('--state <state>', 'new, confirmed, false-alarm or expected')
    .option('--since <time>', 'raised after this time (RFC 3339)')
    .option('--limit <n>', 'at most so many', '50')
    .option('--ocsf', 'as findings of the Open Cybersecurity Schema Framework, one a line, for a SIEM')
    .action(async ({ follow, ocsf, ...filter }: Flags & Record<string, string>, command: Command) => {
      const context = contextOf(command);
      if (ocsf === true) {
        const limit = new URLSearchParams({ limit: filter['limit'] ?? '50' }).toString();
        const lines = await context.withPlatform((client) => client.text('GET', `/v1/alert-findings?${limit}`));
        context.terminal.out(lines);
        return;
      }
      const path = `/v1/alerts?${new URLSearchParams(filter).toString()}`;
      const { alerts } = await context.withPlatform((client) => client.json<{ alerts: AlertForm[] }>('GET', path));
      if (follow === true) {
        for (const alert of alerts.toReversed()) printLine(context, alert);
        await followAlerts(context, filter, alerts);
        return;
      }
      context.result(alerts, (rows) =>
        rows.length === 0 ? 'nothing unusual was found so far\n' : formatTable(HEADER, rows.map(cellsOf)),
      );
      const [newest] = alerts;
      if (newest !== undefined) context.next(`alert show ${newest.id}`);
    });

  const alert = program.command('alert').description('one alert: what it is, and what you say of it');

  alert
    .command('show <id>')
    .description('an alert with its explanation and the readings it rests on')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const found = await context.withPlatform((client) =>
        client.json<AlertForm>('GET', `/v1/alerts/${encodeURIComponent(id)}`),
      );
      context.result(found, showAlert);
      if (found.state === 'new') context.next(`alert confirm ${id}`);
    });

  const answer = async (command: Command, id: string, body: Readonly<Record<string, string>>): Promise<void> => {
    const context = contextOf(command);
    const path = `/v1/alerts/${encodeURIComponent(id)}/answer`;
    const answered = await context.withPlatform((client) => client.json<AlertForm>('POST', path, { body }));
    context.result(answered, ({ state }) => `alert ${id} is marked ${state}\n`);
    context.next('alerts --state new');
  };
  alert
    .command('confirm <id>')
    .description('it is true: the detector stays as watchful as it is')
    .option('--reason <text>', 'why')
    .action((id: string, options: { reason?: string }, command: Command) =>
      answer(command, id, { verdict: 'confirmed', ...options }),
    );
  alert
    .command('dismiss <id>')
    .description('it is a false alarm')
    .option('--reason <text>', 'why')
    .action((id: string, options: { reason?: string }, command: Command) =>
      answer(command, id, { verdict: 'false-alarm', ...options }),
    );
  alert
    .command('expect <id>')
    .description('it is true and was to be expected, until a time')
    .requiredOption('--until <time>', 'until when (RFC 3339)')
    .requiredOption('--reason <text>', 'why')
    .action((id: string, options: { until: string; reason: string }, command: Command) =>
      answer(command, id, { verdict: 'expected', ...options }),
    );
  addRuleCommands(alert, contextOf);
}

/** Prints alerts as they are raised and change, each change once, over restarts of the platform. */
async function followAlerts(
  context: CommandContext,
  { device, stream, state }: Readonly<Record<string, string>>,
  printed: readonly AlertForm[],
): Promise<never> {
  const known = new Set(printed.map(changeOf));
  const latest = printed.map(({ changed }) => parseRfc3339(changed) ?? 0).reduce<number>((a, b) => Math.max(a, b), 0);
  return followEvents((use) => context.withPlatform(use), '/v1/alert-events', {
    // What changed while the list was on its way comes first.
    after: latest === 0 ? null : String(latest),
    onEvent: ({ data }) => {
      const alert = JSON.parse(data) as AlertForm;
      const wanted = [device ?? alert.device, stream ?? alert.stream, state ?? alert.state];
      if (![alert.device, alert.stream, alert.state].every((own, i) => own === wanted[i])) return;
      if (known.has(changeOf(alert))) return;
      known.add(changeOf(alert));
      printLine(context, alert);
    },
    onLost: () => context.terminal.err('the connection ended: trying again\n'),
  });
}

/** What names one state of an alert. */
function changeOf({ id, changed }: AlertForm): string {
  return `${id} ${changed}`;
}

/** One line for each alert, or one JSON object. */
function printLine(context: CommandContext, alert: AlertForm): void {
  const { terminal, options } = context;
  if (options.json === true) terminal.out(`${JSON.stringify(alert)}\n`);
  else
    terminal.out(
      formatTable(HEADER, [cellsOf(alert)])
        .split('\n')
        .slice(1)
        .join('\n'),
    );
}

function cellsOf({ id, start, severity, state, device, stream, sentence }: AlertForm) {
  return [id, start, severity, state, device ?? '', stream ?? '', sentence];
}

function showAlert(alert: AlertForm): string {
  const { budget, baseline, answers, techniques, rule, violates } = alert;
  const until = alert.open ? 'and goes on' : `to ${alert.end}`;
  const lines = [
    alert.sentence,
    '',
    `${alert.severity}, ${alert.state}: ${whereOf(alert)}, from ${alert.start} ${until}`,
    ...(alert.devices.length === 0 ? [] : [`devices: ${alert.devices.join(', ')}`]),
    ...(violates === null ? [] : [`violated: ${violates.kind}: ${violates.rule}`]),
    ...(techniques.length === 0 ? [] : [`may be a sign of ${techniques.map(formatTechnique).join(', ')}`]),
    '',
    'detectors',
    formatTable(
      ['name', 'score', 'limit', 'readings beyond'],
      alert.detectors.map(({ name, score, limit, readings }) => [name, brief(score), brief(limit), readings]),
    ),
    ...(rule === null ? readingsPart(alert) : eventsPart(rule)),
    ...(budget === null
      ? []
      : [
          `budget: ${budget.alarms} false in ${period(budget.seconds)} for this device; expected ${brief(budget.expected)}, at most likely ${brief(budget.likely)}`,
        ]),
    ...(baseline === null
      ? []
      : [`it rests on ${baseline.readings} readings over ${period(baseline.seconds)}, with ${baseline.peaks} peaks`]),
    ...answers.map(
      ({ verdict, by, at, reason, until: to }) =>
        `${at} ${by}: ${verdict}${to === null ? '' : ` until ${to}`}${reason === null ? '' : `, ${reason}`}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** What an alert is about, in words. */
function whereOf({ device, stream, rule }: AlertForm): string {
  const about = Object.entries(rule?.about ?? {}).map(([field, value]) => `${field} ${value}`);
  if (device === null) return about.length === 0 ? 'the platform' : about.join(', ');
  return stream === null ? device : `${device} on ${stream}`;
}

/** Why readings are unusual, and which they are. */
function readingsPart({ causes, detectors, nearest, evidence }: AlertForm): readonly string[] {
  return [
    // What is violated has none: a rule says all of it.
    ...(causes.length === 0 ? [] : ['causes', causeTable(causes)]),
    ...causes.flatMap(({ field, wouldPassFor }) => {
      const others = detectors.flatMap(({ name }) => (wouldPassFor?.includes(name) === false ? [name] : []));
      if (wouldPassFor === undefined || others.length === 0) return [];
      return [
        `no alert at: of ${field} that holds for ${wouldPassFor.join(', ')}, and is not known of ${others.join(', ')}`,
      ];
    }),
    // Of a silence there are none.
    ...(evidence.length === 0 ? [] : readingTable(evidence, nearest)),
  ];
}

function causeTable(causes: AlertForm['causes']): string {
  return formatTable(
    ['field', 'share', 'value', 'usual', 'deviations', 'no alert at'],
    causes.map(({ field, unit, share, value, usual, deviation, wouldPass }) => [
      unit === null ? field : `${field} (${unit})`,
      `${Math.round(share * 100)} %`,
      value ?? 'not shown',
      usual === null ? 'not shown' : `${usual[0]} to ${usual[1]}`,
      deviation,
      wouldPass ?? '',
    ]),
  );
}

/** The entries of the log that a rule rests on. */
function eventsPart({ total, events }: NonNullable<AlertForm['rule']>): readonly string[] {
  return [
    events.length < total ? `entries of the log, the first and the latest of ${total}` : 'entries of the log',
    formatTable(
      ['entry', 'time', 'action', 'outcome', 'reason', 'actor', 'resource', 'times'],
      events.map(({ index, time, action, outcome, reason, actor, resource, count }) => [
        index,
        time,
        action,
        outcome,
        reason ?? '',
        actor,
        resource,
        count,
      ]),
    ),
  ];
}

function readingTable(evidence: AlertForm['evidence'], nearest: AlertForm['nearest']): readonly string[] {
  const readings = nearest === null ? evidence : [...evidence, nearest];
  const names = [...new Set(readings.flatMap(({ values }) => Object.keys(values)))];
  return [
    nearest === null
      ? 'readings that led to it'
      : 'readings that led to it, and the usual one that is most like the last',
    formatTable(
      ['time', ...names],
      readings.map(({ time, values }) => [time, ...names.map((name) => values[name] ?? null)]),
    ),
  ];
}

function brief(value: number): number {
  return Number(value.toPrecision(3));
}

/** A time in words, such as `7 d`. */
export function period(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
  ] as const;
  const [size, name] = units.find(([unit]) => seconds >= unit) ?? [1, 's'];
  return `${Number((seconds / size).toPrecision(3))} ${name}`;
}
