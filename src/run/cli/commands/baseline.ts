import type { Command } from 'commander';
import { formatTable } from '../text-table.ts';
import { period } from './alerts.ts';
import type { ContextOf } from './command.ts';

interface BaselineRow {
  readonly device: string;
  readonly stream: string;
  readonly since: string;
  readonly until: string;
  readonly readings: number;
  readonly fields: readonly {
    readonly name: string;
    readonly unit: string | null;
    readonly centre: number;
    readonly spread: number;
  }[];
  /** 1 where it behaves as it did, or as the others of its stream do; 0 at the limit; null while too little is known. */
  readonly behaviour: {
    readonly asItself: number | null;
    readonly asPeers: number | null;
    readonly asType: number | null;
  };
  readonly peers: {
    readonly devices: number;
    readonly fields: readonly {
      readonly name: string;
      readonly centre: number;
      readonly spread: number;
      readonly position: number;
    }[];
  } | null;
  readonly detectors: readonly {
    readonly name: string;
    readonly armed: boolean;
    readonly limit: number | null;
    readonly seen: number;
    readonly watchedSeconds: number;
    readonly peaks: number;
    readonly expectedRate: number;
    readonly likelyRate: number;
  }[];
}

const WEEK = 604_800;
/** Standard deviations around the centre that are called usual. */
const USUAL = 3;

/** What is normal for a device. */
export function addBaselineCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('baseline <device>')
    .description('what is normal for a device, since when, and how sure that is')
    .action(async (device: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const { baselines } = await context.withPlatform((client) =>
        client.json<{ baselines: BaselineRow[] }>('GET', `/v1/devices/${encodeURIComponent(device)}/baseline`),
      );
      context.result(baselines, (rows) => rows.map(showBaseline).join('\n'));
      context.next(`alerts --device ${device}`);
    });
}

function showBaseline({
  device,
  stream,
  since,
  until,
  readings,
  fields,
  peers,
  detectors,
  behaviour,
}: BaselineRow): string {
  return [
    `${device} on ${stream}: ${readings} readings from ${since} to ${until}`,
    peers === null
      ? 'too few other devices on this stream to hold it against'
      : `beside ${peers.devices} other devices on this stream, in their spreads`,
    `behaves as itself: ${likeness(behaviour.asItself)}, as the others of its stream: ${likeness(behaviour.asPeers)}, as its type: ${likeness(behaviour.asType)}`,
    '',
    formatTable(
      ['field', 'usual from', 'to', 'centre', 'spread', ...(peers === null ? [] : ['centre of peers', 'apart by'])],
      fields.map(({ name, unit, centre, spread }, i) => [
        unit === null ? name : `${name} (${unit})`,
        brief(centre - USUAL * spread),
        brief(centre + USUAL * spread),
        brief(centre),
        brief(spread),
        ...peerCells(peers?.fields[i]),
      ]),
    ),
    formatTable(
      ['detector', 'alarms beyond', 'rests on', 'over', 'peaks', 'false a week', 'at most likely'],
      detectors.map(({ name, armed, limit, seen, watchedSeconds, peaks, expectedRate, likelyRate }) => [
        name,
        armed && limit !== null ? brief(limit) : 'not yet',
        seen,
        period(watchedSeconds),
        peaks,
        armed ? brief(expectedRate * WEEK) : '',
        armed ? brief(likelyRate * WEEK) : '',
      ]),
    ),
  ].join('\n');
}

/** A share of what is allowed that is left: 100 % where it is as ever, 0 at the limit. */
function likeness(score: number | null): string {
  return score === null ? 'not known yet' : `${Math.round(100 * score)} %`;
}

function brief(value: number): number {
  return Number(value.toPrecision(4));
}

function peerCells(peer: { readonly centre: number; readonly position: number } | undefined): readonly number[] {
  return peer === undefined ? [] : [brief(peer.centre), Number(peer.position.toFixed(1))];
}
