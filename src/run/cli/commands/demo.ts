import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { layoutOf } from '#run/server/index.ts';
import { startFleet } from '#run/twin/index.ts';
import { announcePlatform } from '../announce-platform.ts';
import type { CommandContext } from '../command-context.ts';
import { DEMO_ORDER, enrolFleet } from '../demo-fleet.ts';
import { startDemoPlatform } from '../demo-platform.ts';
import type { DemoPlatform } from '../demo-platform.ts';
import { startOnFreePorts } from '../free-ports.ts';
import type { Ports } from '../free-ports.ts';
import { LiveBlock } from '../live-block.ts';
import { DEMO_DATA } from '../locate.ts';
import { PlatformClient } from '../platform-client.ts';
import { flowLine, flowLines } from '../show-flow.ts';
import { startWitness } from '../start-witness.ts';
import { hearStop } from '../stop-signal.ts';
import { DEMO_TEMPLATE, readTemplate } from '../template-source.ts';
import { keepKeys } from '../verifier-keys.ts';
import type { ContextOf } from './command.ts';

/** How often the state is shown: on a terminal, and in a file. */
const TERMINAL_EVERY_MS = 1_000;
const FILE_EVERY_MS = 5_000;

const NEXT = [
  'status',
  'views',
  'query --purpose maintenance "select device, count(*), avg(pressure) from pump group by device"',
  'device enrol truck-7 --type reefer',
  'alerts',
  'audit verify',
  'prove',
] as const;

export function addDemoCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('demo')
    .description('run a platform with a demo template and a simulated fleet, on this machine only')
    .option('--no-fleet', 'without the simulated fleet')
    .option('--no-witness', 'without a witness')
    .action(async (options: { fleet: boolean; witness: boolean }, command: Command) => {
      await runDemo(contextOf(command), options);
    });
}

async function runDemo(context: CommandContext, options: { fleet: boolean; witness: boolean }): Promise<void> {
  // What the platform and its processes write is for its user alone, whatever the shell says.
  process.umask(0o077);
  using stop = hearStop(process, () => process.exit(1));
  // The witness goes last: the platform's last checkpoint is for it too.
  await using witnesses = new AsyncDisposableStack();
  await using running = new AsyncDisposableStack();
  const layout = layoutOf(context.options.data ?? DEMO_DATA);
  const { template, source } = readTemplate(context.options.template ?? DEMO_TEMPLATE);
  const start = (ports: Ports): Promise<DemoPlatform> => startDemoPlatform({ data: layout.root, source, ports });
  const onOthers = (): void => context.note('a usual port is taken by another program: free ones are used');
  const platform = running.use(await startOnFreePorts(template, start, onOthers));
  await keepKeys(layout, platform.keys);
  if (options.witness) {
    const witness = witnesses.use(await startWitness(join(layout.root, 'witness'), platform.keys));
    platform.witnessBy(witness.announcement);
  }
  if (options.fleet) {
    using client = await PlatformClient.open({ layout, address: platform.address }, undefined);
    const devices = await enrolFleet(client, platform.template);
    const { mqtt: port } = platform.address.ports;
    running.use(await startFleet({ host: 'localhost', port, devices, ...DEMO_ORDER }));
  }
  const { address, keys } = platform;
  const here = NEXT.map((command) => context.here(command));
  context.result({ address, keys }, () => announcePlatform(address, platform.template.name, here));
  if (platform.proposal) context.note('the template was changed since: `npm run -s weir -- apply` puts it in force');
  await showUntil(stop.signal, platform, context);
  context.note('stopping');
}

async function showUntil(signal: AbortSignal, platform: DemoPlatform, context: CommandContext): Promise<void> {
  const block = new LiveBlock(context.terminal);
  const every = context.terminal.isTerminal ? TERMINAL_EVERY_MS : FILE_EVERY_MS;
  while (!signal.aborted) {
    const status = await platform.status();
    block.show(flowLines(status), flowLine(status));
    await sleep(every, undefined, { signal }).catch(() => {});
  }
}
