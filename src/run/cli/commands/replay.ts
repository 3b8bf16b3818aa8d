import type { Command } from 'commander';
import type { StreamDescription } from '#run/server/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { findPlatform } from '../locate.ts';
import { EXIT } from '../print-failure.ts';
import { ProgressBar } from '../progress-bar.ts';
import { readCount } from '../read-number.ts';
import { ImportGrant } from '../replay/import-grant.ts';
import { isLive, parseSpeed } from '../replay/pace.ts';
import { PATIENCE, readPatience, tellAway } from '../replay/patience.ts';
import { PlatformSink } from '../replay/platform-sink.ts';
import { findStream, replayFiles } from '../replay/replay-files.ts';
import type { ReplayPlan } from '../replay/replay-files.ts';
import { parseRenames, parseRoutes } from '../replay/routes.ts';
import { Tally } from '../replay/tally.ts';
import { tellReport } from '../replay/tell-report.ts';
import { hearStop } from '../stop-signal.ts';
import type { ContextOf } from './command.ts';

/** The words of `weir replay` as commander hands them over. */
export interface ReplayOptions {
  readonly stream?: string;
  readonly route?: readonly string[];
  readonly device?: string;
  readonly deviceColumn?: string;
  readonly timeColumn?: string;
  readonly fields?: string;
  readonly map?: readonly string[];
  readonly speed: string;
  readonly shift?: string;
  readonly enrol?: string;
  readonly seqFrom?: string;
  readonly seq: boolean;
  readonly window: string;
  readonly patience: string;
  readonly resume?: boolean;
}

export function addReplayCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('replay <file...>')
    .description('bring recorded readings in through the gateway, as the devices that they are of')
    .option('--stream <stream>', 'where they go')
    .option(
      '--route <device=stream,...>',
      'where those of a device go; device=stream:type enrols it as that type',
      collect,
    )
    .option('--device <name>', 'device that all are of')
    .option('--device-column <name>', 'column or member that names the device')
    .option('--time-column <name>', 'column or member with the time (without one: the time of receipt)')
    .option('--fields <path>', 'member that holds the fields, such as metrics')
    .option('--map <field=column,...>', 'fields whose column has another name', collect)
    .option('--speed <n>', 'so many times as fast as recorded, or max', 'max')
    .option('--shift <to>', 'now: move times so that the first is of now')
    .option('--enrol <type>', 'enrol unknown devices as this type; auto takes the one that publishes to their stream')
    .option('--seq-from <n>', 'first number of each device (default: the milliseconds of its first time)')
    .option('--no-seq', 'send readings without numbers: a second run then doubles them')
    .option('--resume', 'leave out what an earlier run of the same files has sent')
    .option('--window <n>', 'readings under way per device', '100')
    .option(PATIENCE.flags, PATIENCE.description, PATIENCE.standard)
    .action((files: string[], options: ReplayOptions, command: Command) => replay(contextOf(command), files, options));
}

function collect(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

/**
 * What a replay is told to do.
 *
 * @throws {CliError} CLI_USAGE if options are missing or do not go together
 */
export function planReplay(files: readonly string[], options: ReplayOptions): ReplayPlan {
  const { stream, device, deviceColumn, timeColumn, shift, seqFrom } = options;
  const routes = parseRoutes(options.route ?? []);
  if (stream === undefined && routes.size === 0) throw usage('there is no stream', 'Name it with --stream or --route');
  if ((device === undefined) === (deviceColumn === undefined)) {
    throw usage('it takes either --device or --device-column', 'Name one device, or the column that names devices');
  }
  if (shift !== undefined && shift !== 'now') throw usage(`times cannot be shifted to ${shift}`, 'Write --shift now');
  const speed = parseSpeed(options.speed);
  if (timeColumn === undefined && (speed !== 'max' || shift !== undefined)) {
    throw usage('without times there is no speed and no shift', 'Name the column with --time-column');
  }
  return {
    files,
    mapping: {
      device: device ?? null,
      deviceColumn: deviceColumn ?? null,
      timeColumn: timeColumn ?? null,
      fieldsPath: options.fields?.split('.').filter((part) => part !== '') ?? [],
      renames: parseRenames(options.map ?? []),
    },
    routes,
    stream: stream ?? null,
    speed,
    shift: shift === 'now',
    seqFrom: options.seq ? (seqFrom === undefined ? 'time' : readCount(seqFrom, '--seq-from')) : null,
  };
}

function usage(what: string, hint: string): CliError {
  return new CliError('CLI_USAGE', `Cannot replay: ${what}`, { hint });
}

async function replay(context: CommandContext, files: readonly string[], options: ReplayOptions): Promise<void> {
  const plan = planReplay(files, options);
  const window = readCount(options.window, '--window', 1, 65_535);
  const patienceMs = readPatience(options.patience);
  using stop = hearStop(process, () => process.exit(EXIT.interrupted));
  const { address } = await findPlatform(context.options.data);
  const bar = new ProgressBar(context.terminal, 'replay');
  const tally = new Tally();
  const report = await context.withPlatform(async (client) => {
    const { streams } = await client.json<{ streams: StreamDescription[] }>('GET', '/v1/streams');
    for (const name of [plan.stream, ...plan.routes.values().map((route) => route.stream)]) {
      if (name !== null) findStream(streams, name);
    }
    const grant = isLive(plan.speed, plan.shift) ? null : new ImportGrant(client, () => performance.now());
    await using sink = new PlatformSink({
      client,
      host: new URL(address.mqtt).hostname,
      port: address.ports.mqtt,
      streams,
      enrol: options.enrol ?? null,
      grant,
      window,
      patienceMs,
      onAway: tellAway(context, options.patience),
      resume: options.resume === true,
      onOutcome: ({ code, text }) => tally.countOutcome(code, text),
    });
    return await replayFiles({
      plan,
      streams,
      sink,
      tally,
      nowSeconds: () => Date.now() / 1_000,
      onProgress: (share) => bar.update(share, `${tally.stored} stored, ${tally.refused} refused`),
      signal: stop.signal,
    });
  });
  bar.end();
  const numbered = (report.refused['replay'] ?? 0) > 0;
  tellReport(context, report, {
    act: 'a replay',
    sent: 'records',
    notTaken: 'not readings',
    paced: true,
    hint: numbered
      ? 'These devices have sent higher numbers already: name a higher --seq-from, or other devices'
      : 'The reasons above say why; `npm run -s weir -- quarantine list` has what was kept',
    next: `select device, count(*) from ${plan.stream ?? plan.routes.values().next().value?.stream} group by device`,
  });
}
