import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { layoutOf, makeLog, startPlatform } from '#run/server/index.ts';
import type { Platform } from '#run/server/index.ts';
import { startFleet } from '#run/twin/index.ts';
import { createFileCustody, inspectFileCustody, openFileCustody } from '#trust/keys/index.ts';
import type { FileCustody } from '#trust/keys/index.ts';
import { announcePlatform } from '../announce-platform.ts';
import type { CommandContext } from '../command-context.ts';
import { enrolFleet } from '../demo-fleet.ts';
import { CliError } from '../errors.ts';
import { freePorts } from '../free-ports.ts';
import { LiveBlock } from '../live-block.ts';
import { DEMO_DATA } from '../locate.ts';
import { PlatformClient } from '../platform-client.ts';
import { flowLine, flowLines } from '../show-flow.ts';
import { startWitness } from '../start-witness.ts';
import { hearStop } from '../stop-signal.ts';
import { DEMO_TEMPLATE, readTemplate } from '../template-source.ts';
import { keepKeys } from '../verifier-keys.ts';
import type { ContextOf } from './command.ts';

/** Readings per second of each simulated device, and the share of them that is wrong on purpose. */
const PER_SECOND = 5;
const FAULT_RATIO = 0.005;

/** How often the state is shown: on a terminal, and in a file. */
const TERMINAL_EVERY_MS = 1_000;
const FILE_EVERY_MS = 5_000;

const NEXT = [
  'status',
  'views',
  'query --purpose maintenance "select device, count(*), avg(pressure) from pump group by device"',
  'device enrol truck-7 --type reefer',
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
  using stop = hearStop(process, () => process.exit(1));
  await using running = new AsyncDisposableStack();
  const layout = layoutOf(context.options.data ?? DEMO_DATA);
  const { template, source } = readTemplate(context.options.template ?? DEMO_TEMPLATE);
  const custody = running.use(await demoCustody(layout.keys));
  const ports = await freePorts(template);
  if (Object.values(ports).includes(0)) context.note('a usual port is taken by another program: free ones are used');
  const platform = running.use(
    await startPlatform({
      data: layout.root,
      custody,
      source,
      ports,
      allowUnconfinedQuery: true,
      log: makeLog('control'),
    }),
  );
  await keepKeys(layout, platform.verifierKeys);
  if (options.witness) {
    const witness = running.use(await startWitness(join(layout.root, 'witness'), platform.verifierKeys));
    platform.witnessBy(witness.announcement);
  }
  if (options.fleet) {
    using client = await PlatformClient.open({ layout, address: platform.address }, undefined);
    const devices = await enrolFleet(client, platform.template);
    running.use(
      await startFleet({
        host: 'localhost',
        port: platform.address.ports.mqtt,
        devices,
        perSecond: PER_SECOND,
        faultRatio: FAULT_RATIO,
        seed: 1,
      }),
    );
  }
  context.result({ address: platform.address, keys: platform.verifierKeys }, () => announcePlatform(platform, NEXT));
  if (platform.proposal) context.note('the template was changed since: `npm run -s weir -- apply` puts it in force');
  await showUntil(stop.signal, platform, context);
  context.note('stopping');
}

/** The marked key of a demo: whoever has the folder has it. */
async function demoCustody(folder: string): Promise<FileCustody> {
  const sources = { clock: systemClock, random: systemRandom };
  const kind = await inspectFileCustody(folder);
  if (kind === null) return createFileCustody(folder, { demo: true }, sources);
  if (kind === 'demo') return openFileCustody(folder, null, systemRandom);
  throw new CliError('CLI_USAGE', 'Cannot run a demo: this data directory is of a platform with a passphrase', {
    hint: 'Start that with `npm run -s weir -- up`, or name another folder with --data',
  });
}

async function showUntil(signal: AbortSignal, platform: Platform, context: CommandContext): Promise<void> {
  const block = new LiveBlock(context.terminal);
  const every = context.terminal.isTerminal ? TERMINAL_EVERY_MS : FILE_EVERY_MS;
  while (!signal.aborted) {
    const status = await platform.status();
    block.show(flowLines(status), flowLine(status));
    await sleep(every, undefined, { signal }).catch(() => {});
  }
}
