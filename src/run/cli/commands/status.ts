import type { Command } from 'commander';
import type { PlatformStatus } from '#run/server/index.ts';
import { watchRows } from '../show-flow.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';

export function addStatusCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('status')
    .description('is the platform well')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const status = await context.withPlatform((client) => client.json<PlatformStatus>('GET', '/v1/status'));
      context.result(status, showStatus);
      if (status.degraded.length > 0) process.exitCode = 1;
    });
}

type Row = readonly [what: string, how: string];

/** How acknowledgements are kept in step with what can be seen. */
function pressureOf({ pace: { allowedPerSecond, behindMs, heldBackSeconds } }: PlatformStatus): string {
  const since = heldBackSeconds === 0 ? '' : `; held back ${heldBackSeconds.toFixed(1)} s since the start`;
  if (allowedPerSecond === null) return `none${since}`;
  return `${allowedPerSecond} readings per second at most, the newest seen after ${behindMs} ms${since}`;
}

/** The state of a platform as a person reads it. */
export function showStatus(status: PlatformStatus): string {
  const { readings, segments, archive, audit } = status;
  const refused = Object.entries(readings.refused).map(([reason, count]) => `${reason} ${count}`);
  const rows: Row[] = [
    ['template', `${status.template.name} ${status.template.digest.slice(0, 12)}`],
    ...(status.proposals.waiting === 0
      ? []
      : [['proposals', `${status.proposals.waiting} wait to be approved or rejected: weir proposals`] satisfies Row]),
    ['up for', `${Math.round(status.uptimeSeconds)} s`],
    ...status.listeners.map(({ name, address, port }): [string, string] => [name, `${address}:${port}`]),
    ['connections', String(status.connections)],
    ['readings', `${readings.admitted} admitted, ${readings.duplicates} doubled, ${readings.perSecond} per second`],
    ['refused', refused.length === 0 ? 'none' : `${refused.join(', ')}: weir quarantine list`],
    ...(readings.dropped === 0
      ? []
      : [['left out', `${readings.dropped} values that no field declares: weir collection`] satisfies Row]),
    ['journal', `${status.journal.bytes} bytes, ${status.tail.rows} rows not yet sealed`],
    ['back-pressure', pressureOf(status)],
    ['segments', `${segments.count} with ${segments.rows} rows in ${segments.bytes} bytes`],
    ...archive.places.map(({ place, segments: own, bytes }): Row => [
      `in ${place}`,
      `${own} of them in ${bytes} bytes`,
    ]),
    ...(archive.waiting === 0 ? [] : [['to be carried', `${archive.waiting} segments`] satisfies Row]),
    ...watchRows(status),
    ['log', `${audit.entries} entries, ${audit.integrated} in the newest checkpoint`],
    [
      'processes',
      status.processes
        .map(({ name, state, restarts }) => `${name} ${state}${restarts > 0 ? ` (${restarts} restarts)` : ''}`)
        .join(', '),
    ],
    [
      'queries',
      status.queries.confined
        ? 'confined by the operating system'
        : `not confined: ${status.queries.reason ?? 'unknown'}`,
    ],
    [
      'memory',
      status.exposures.length === 0
        ? 'gets to no disk by swap or core dump'
        : status.exposures.map(({ detail }) => detail).join('; '),
    ],
    ['degraded', status.degraded.length === 0 ? 'nothing' : status.degraded.join('; ')],
  ];
  return formatTable(['what', 'how'], rows);
}
