import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

interface IncidentRow {
  readonly id: string;
  readonly start: string;
  readonly end: string;
  readonly open: boolean;
  readonly severity: string;
  readonly devices: readonly string[];
  readonly steps: readonly {
    readonly alert: string;
    readonly device: string;
    readonly start: string;
    readonly severity: string;
    readonly sentence: string;
  }[];
}

/** Devices that a line names before it counts the others. */
const NAMED = 3;

/** Alerts that belong together. */
export function addIncidentCommands(program: Command, contextOf: ContextOf): void {
  const ask = async (command: Command, since?: string): Promise<readonly IncidentRow[]> => {
    const query = since === undefined ? '' : `?${new URLSearchParams({ since }).toString()}`;
    const answer = await contextOf(command).withPlatform((client) =>
      client.json<{ incidents: IncidentRow[] }>('GET', `/v1/incidents${query}`),
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
      context.result(incidents, (rows) => (rows.length === 0 ? 'nothing unusual was found so far\n' : showAll(rows)));
      const [newest] = incidents;
      if (newest !== undefined) context.next(`incident ${newest.id}`);
    });

  program
    .command('incident <id>')
    .description('the steps of an incident, in their order')
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const found = (await ask(command)).find((incident) => incident.id === id);
      if (found === undefined) {
        throw new CliError('CLI_NO_INCIDENT', `Cannot show incident ${id}: there is none`, {
          hint: 'See those there are with `npm run -s weir -- incidents`',
        });
      }
      context.result(found, ({ steps }) =>
        formatTable(
          ['start', 'device', 'severity', 'alert', 'what'],
          steps.map(({ start, device, severity, alert, sentence }) => [start, device, severity, alert, sentence]),
        ),
      );
      const [first] = found.steps;
      if (first !== undefined) context.next(`alert show ${first.alert}`);
    });
}

function showAll(incidents: readonly IncidentRow[]): string {
  return formatTable(
    ['id', 'start', 'severity', 'goes on', 'devices', 'steps', 'begins with'],
    incidents.map(({ id, start, severity, open, devices, steps }) => [
      id,
      start,
      severity,
      open ? 'yes' : 'no',
      devicesOf(devices),
      steps.length,
      steps[0]?.sentence,
    ]),
  );
}

function devicesOf(devices: readonly string[]): string {
  const rest = devices.length - NAMED;
  return `${devices.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
