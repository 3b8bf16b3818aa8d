import type { Command } from 'commander';
import { formatTechnique } from '#declare/template/index.ts';
import type { AlertForm, IncidentForm, IncidentWithEventsForm } from '#run/server/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { formatTable } from '../text-table.ts';
import { wholeIdAmong } from '../whole-id.ts';
import type { ContextOf } from './command.ts';

/** Devices and networks that a line names before it counts the others. */
const NAMED = 3;

/** Alerts that belong together. */
export function addIncidentCommands(program: Command, contextOf: ContextOf): void {
  const ask = async (command: Command, since?: string): Promise<readonly IncidentForm[]> => {
    const query = since === undefined ? '' : `?${new URLSearchParams({ since }).toString()}`;
    const answer = await contextOf(command).withPlatform((client) =>
      client.json<{ incidents: IncidentForm[] }>('GET', `/v1/incidents${query}`),
    );
    return answer.incidents;
  };

  program
    .command('incidents')
    .description('alerts that belong together, the newest first')
    .option('--since <time>', 'of alerts raised after this time (RFC 3339)')
    .action(async ({ since }: { since?: string }, command: Command) => {
      const context = contextOf(command);
      const incidents = await ask(command, since);
      const isAsked = incidents.length === 0 && context.options.json !== true;
      const nothing = isAsked ? await whyNone(context, since) : '';
      context.result(incidents, (rows) => (rows.length === 0 ? nothing : showAll(rows)));
      const [newest] = incidents;
      if (newest !== undefined) context.next(`incident ${newest.id}`);
    });

  program
    .command('incident <id>')
    .description('the steps of an incident, in their order')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const incidents = await ask(command);
      const whole = wholeIdAmong(incidents, id);
      if (!incidents.some((incident) => incident.id === whole)) {
        throw new CliError('CLI_NO_INCIDENT', `Cannot show incident ${id}: there is none`, {
          hint: 'See those there are with `npm run -s weir -- incidents`',
        });
      }
      const found = await context.withPlatform((client) =>
        client.json<IncidentWithEventsForm>('GET', `/v1/incidents/${whole}`),
      );
      context.result(found, ({ steps, leftOut, readUntil }) =>
        [
          formatTable(
            ['start', 'kind', 'device', 'severity', 'alert or entry', 'technique', 'what'],
            steps.map(({ start, kind, device, severity, alert, techniques, sentence }) => [
              start,
              kind,
              device ?? '',
              severity,
              alert,
              techniques.map(formatTechnique).join(', '),
              sentence,
            ]),
          ),
          ...(leftOut === 0 ? [] : [`${leftOut} further steps of the log had no room\n`]),
          ...(readUntil === null ? [] : [`the log was read up to ${readUntil}\n`]),
        ].join(''),
      );
      const first = found.steps.find(({ kind }) => kind !== 'event');
      if (first !== undefined) context.next(`alert show ${first.alert}`);
    });
}

/** Why there is no incident: they are of what is new or true. */
async function whyNone(context: CommandContext, since: string | undefined): Promise<string> {
  const raised = since === undefined ? '' : `&since=${encodeURIComponent(since)}`;
  const { alerts } = await context.withPlatform((client) =>
    client.json<{ alerts: AlertForm[] }>('GET', `/v1/alerts?limit=1${raised}`),
  );
  return alerts.length === 0
    ? 'nothing unusual was found so far\n'
    : 'no incident stands: all alerts were dismissed or expected, see weir alerts\n';
}

function showAll(incidents: readonly IncidentForm[]): string {
  return formatTable(
    ['id', 'start', 'severity', 'goes on', 'devices', 'from', 'steps', 'begins with'],
    incidents.map(({ id, start, severity, open, devices, addresses, steps }) => [
      id,
      start,
      severity,
      open ? 'yes' : 'no',
      fewOf(devices),
      fewOf(addresses),
      steps.length,
      steps[0]?.sentence,
    ]),
  );
}

function fewOf(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
