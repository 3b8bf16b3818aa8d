import type { Command } from 'commander';
import type { StreamDescription } from '#run/server/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { parseOwner } from '../flows/device-of-flow.ts';
import { importFlows } from '../flows/import-flows.ts';
import { readFlowFiles } from '../flows/read-flow-files.ts';
import { findPlatform } from '../locate.ts';
import { EXIT } from '../print-failure.ts';
import { readCount } from '../read-number.ts';
import { ImportGrant } from '../replay/import-grant.ts';
import { PATIENCE, readPatience, tellAway } from '../replay/patience.ts';
import { PlatformSink } from '../replay/platform-sink.ts';
import { findStream } from '../replay/replay-files.ts';
import { Tally } from '../replay/tally.ts';
import { tellReport } from '../replay/tell-report.ts';
import { hearStop } from '../stop-signal.ts';
import type { ContextOf } from './command.ts';

interface ImportOptions {
  readonly stream: string;
  readonly device?: string;
  readonly host?: readonly string[];
  readonly enrol?: string;
  readonly window: string;
  readonly patience: string;
  readonly resume?: boolean;
}

/** Lines that cannot be taken and are told one by one. */
const MOST_TOLD = 10;

/** Adds `weir flows`: network flows as readings of the devices that they are of. */
export function addFlowsCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('flows')
    .description('network flows: bring them in')
    .command('import <file...>')
    .description('bring flows in through the gateway: logs of Zeek (conn, dns, ssl) or JSON with the names of IPFIX')
    .requiredOption('--stream <stream>', 'where they go, a stream of type flow')
    .option('--device <name>', 'device that all are of')
    .option('--host <address=device,...>', 'devices by their addresses; flows of others are left out', collect)
    .option('--enrol <type>', 'enrol unknown devices as this type; auto takes the one that publishes to the stream')
    .option('--resume', 'leave out what an earlier run of the same files has sent')
    .option('--window <n>', 'readings under way per device', '100')
    .option(PATIENCE.flags, PATIENCE.description, PATIENCE.standard)
    .action((files: string[], options: ImportOptions, command: Command) =>
      importFiles(contextOf(command), files, options),
    );
}

function collect(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

async function importFiles(context: CommandContext, files: readonly string[], options: ImportOptions): Promise<void> {
  const owner = parseOwner(options.device, options.host ?? []);
  const window = readCount(options.window, '--window', 1, 65_535);
  const patienceMs = readPatience(options.patience);
  using stop = hearStop(process, () => process.exit(EXIT.interrupted));
  const { address } = await findPlatform(context.options.data);
  const tally = new Tally();
  const tell = tellFaults(context, tally);
  const report = await context.withPlatform(async (client) => {
    const { streams } = await client.json<{ streams: StreamDescription[] }>('GET', '/v1/streams');
    const stream = findStream(streams, options.stream);
    if (!stream.fields.some(({ name }) => name === 'protocol')) {
      throw new CliError('CLI_USAGE', `Cannot import flows into ${stream.name}: it is no stream of flows`, {
        hint: 'Declare it in the template with `type: flow`',
      });
    }
    await using sink = new PlatformSink({
      client,
      host: new URL(address.mqtt).hostname,
      port: address.ports.mqtt,
      streams,
      enrol: options.enrol ?? null,
      grant: new ImportGrant(client, () => performance.now()),
      window,
      patienceMs,
      onAway: tellAway(context, options.patience),
      resume: options.resume === true,
      onOutcome: ({ code, text }) => tally.countOutcome(code, text),
    });
    const flows = readFlowFiles({ files, ...tell });
    return await importFlows({
      flows,
      owner,
      stream,
      sink,
      tally,
      nowSeconds: () => Date.now() / 1_000,
      signal: stop.signal,
    });
  });
  tellReport(context, report, {
    act: 'an import',
    sent: 'flows',
    notTaken: 'not taken',
    paced: false,
    hint: 'The reasons above say why; `npm run -s weir -- quarantine list` has what was kept',
    next: `select peer_name, count(*) from ${options.stream} group by peer_name`,
  });
}

/** Counts lines that cannot be taken, and tells of the first of them. */
export function tellFaults(
  context: CommandContext,
  tally: Pick<Tally, 'countUnreadable'>,
): Pick<Parameters<typeof readFlowFiles>[0], 'onFault' | 'onDropped'> {
  let told = 0;
  return {
    onFault: (file, line, message) => {
      tally.countUnreadable('unreadable');
      told += 1;
      if (told <= MOST_TOLD) context.note(`${file}:${line}: ${message}`);
      else if (told === MOST_TOLD + 1) context.note('further lines that cannot be read are counted');
    },
    onDropped: (count) => context.note(`${count} records of DNS and TLS are not joined: there are too many`),
  };
}
