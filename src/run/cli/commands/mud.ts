import type { Command } from 'commander';
import { formatMud, judgeFlow, readMud } from '#declare/mud/index.ts';
import type { MudProfile, MudRule, MudVerdict } from '#declare/mud/index.ts';
import { deviceFlowOf, learnProfile, protocolName } from '#learn/flows/index.ts';
import type { FlowReading } from '#learn/flows/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { flowsOf, parseOwner } from '../flows/device-of-flow.ts';
import { readFlowFiles } from '../flows/read-flow-files.ts';
import { EXIT } from '../print-failure.ts';
import { readTextFile } from '../read-text-file.ts';
import { Tally } from '../replay/tally.ts';
import { formatTable } from '../text-table.ts';
import type { ContextOf } from './command.ts';
import { tellFaults } from './flows.ts';

interface FlowOptions {
  readonly address?: string;
}

interface LearnOptions extends FlowOptions {
  readonly url: string;
  readonly info?: string;
}

/** Flows of one kind that a profile does not allow. */
interface Violation {
  readonly opened: string;
  readonly peer: string;
  readonly protocol: string;
  readonly port: number | null;
  readonly why: string;
  flows: number;
}

const MOST_SHOWN = 50;

/** Adds `weir mud`: what a maker says that a device needs of the network (RFC 8520). */
export function addMudCommand(program: Command, contextOf: ContextOf): void {
  const mud = program.command('mud').description('MUD profiles (RFC 8520): show, check flows, learn, export');
  mud
    .command('show <profile>')
    .description('what a profile allows, rule by rule')
    .action(async (file: string, _: unknown, command: Command) => {
      const profile = readMud(await readTextFile(file));
      contextOf(command).result(profile, showProfile);
    });
  mud
    .command('check <profile> <file...>')
    .description('flows of a log that the profile does not allow; ends with status 1 where there are any')
    .option('--address <ip>', 'flows of this address alone; else all are taken for those of one device')
    .action((profile: string, files: string[], options: FlowOptions, command: Command) =>
      check(contextOf(command), profile, files, options),
    );
  mud
    .command('learn <file...>')
    .description('a profile that allows the flows of a log and no others, on standard output')
    .requiredOption('--url <url>', 'where the profile will be published; names the device type')
    .option('--info <text>', 'what the device is, in a few words')
    .option('--address <ip>', 'flows of this address alone; else all are taken for those of one device')
    .action((files: string[], options: LearnOptions, command: Command) => learn(contextOf(command), files, options));
  mud
    .command('export <profile>')
    .description("a profile in the RFC's form, also one with the names from before it")
    .action(async (file: string, _: unknown, command: Command) => {
      contextOf(command).terminal.out(formatMud(readMud(await readTextFile(file))));
    });
}

async function check(
  context: CommandContext,
  profileFile: string,
  files: readonly string[],
  options: FlowOptions,
): Promise<void> {
  const profile = readMud(await readTextFile(profileFile));
  const { flows, unreadable } = await readFlows(context, files, options);
  const namesSeen = flows.some(({ peer_name: name }) => name !== null);
  const kinds = new Map<string, Violation>();
  let refused = 0;
  for (const flow of flows) {
    const verdict = judgeFlow(profile, deviceFlowOf(flow), { namesSeen });
    if (verdict.allowed) continue;
    refused += 1;
    const kind = violationOf(flow, verdict);
    const key = JSON.stringify(kind);
    const known = kinds.get(key) ?? kind;
    known.flows += 1;
    kinds.set(key, known);
  }
  const violations = [...kinds.values()].toSorted((a, b) => b.flows - a.flows);
  const result = { flows: flows.length, allowed: flows.length - refused, refused, unreadable, violations };
  context.result(result, showCheck);
  if (!namesSeen) context.note('no flow names its peer: rules by name match whoever has none');
  if (refused > 0) process.exitCode = EXIT.failed;
}

async function learn(context: CommandContext, files: readonly string[], options: LearnOptions): Promise<void> {
  if (!URL.canParse(options.url)) throw new CliError('CLI_USAGE', `Cannot use --url ${options.url}: it is no URL`);
  const { flows } = await readFlows(context, files, options);
  if (flows.length === 0) {
    throw new CliError('CLI_FILE_UNREADABLE', 'Cannot learn a profile: there are no flows of the device', {
      hint: 'Name its address with --address, or none where all flows are its own',
    });
  }
  const about = { url: options.url, systemInfo: options.info ?? null, lastUpdate: new Date().toISOString() };
  context.terminal.out(formatMud(learnProfile(flows.map(deviceFlowOf), about)));
  context.note(`learnt from ${flows.length} flows; look through it before it is relied on: weir mud show`);
}

async function readFlows(
  context: CommandContext,
  files: readonly string[],
  { address }: FlowOptions,
): Promise<{ flows: readonly FlowReading[]; unreadable: number }> {
  const owner = address === undefined ? { device: 'it' } : parseOwner(undefined, [`${address}=it`]);
  const tally = new Tally();
  const flows: FlowReading[] = [];
  for await (const { flow } of readFlowFiles({ files, ...tellFaults(context, tally) })) {
    for (const [, own] of flowsOf(owner, flow)) flows.push(own);
  }
  return { flows, unreadable: tally.report(0, 0, false).unreadable['unreadable'] ?? 0 };
}

function violationOf(flow: FlowReading, verdict: Exclude<MudVerdict, { readonly allowed: true }>): Violation {
  const seen = deviceFlowOf(flow);
  return {
    opened: seen.opened ?? '?',
    peer: seen.peerNames[0] ?? seen.peerAddress ?? '?',
    protocol: flow.protocol,
    port: seen.opened === 'peer' ? seen.devicePort : seen.peerPort,
    why: `${verdict.way === 'from-device' ? 'sent' : 'received'}: ${verdict.rule === null ? 'no rule' : `refused by ${verdict.rule}`}`,
    flows: 0,
  };
}

function showCheck({
  flows,
  allowed,
  unreadable,
  violations,
}: {
  readonly flows: number;
  readonly allowed: number;
  readonly unreadable: number;
  readonly violations: readonly Violation[];
}): string {
  const lines = [
    `${allowed} of ${flows} flows are allowed${unreadable === 0 ? '' : `, ${unreadable} lines not read`}\n`,
  ];
  if (violations.length > 0) {
    const rows = violations
      .slice(0, MOST_SHOWN)
      .map((one) => [one.flows, one.opened, one.peer, one.protocol, one.port, one.why]);
    lines.push(formatTable(['flows', 'opened by', 'peer', 'protocol', 'port', 'why'], rows));
    if (violations.length > MOST_SHOWN) lines.push(`and ${violations.length - MOST_SHOWN} kinds more: --json\n`);
  }
  return lines.join('');
}

function showProfile({ url, systemInfo, lastUpdate, supported, from, to }: MudProfile): string {
  const head = `${systemInfo ?? 'a device'}, ${url}, of ${lastUpdate}${supported ? '' : ', no longer supported'}\n`;
  const table = (title: string, rules: readonly MudRule[]): string =>
    formatTable([title, 'peer', 'protocol', 'port of peer', 'own port', 'opened by', 'does'], rules.map(rowOf));
  return `${head}\n${table('from device', from)}\n${table('to device', to)}`;
}

function rowOf(rule: MudRule): readonly (string | null)[] {
  const { peerName, peerNetwork, peerClass, protocol, initiated, over, etherType } = rule;
  const peer =
    peerName ?? peerNetwork?.text ?? (peerClass === null ? 'any' : `${peerClass.kind} ${peerClass.value ?? ''}`.trim());
  const carried =
    protocol !== null ? protocolName(protocol) : etherType === null ? over : `0x${etherType.toString(16)}`;
  const port = (match: MudRule['peerPort']): string | null =>
    match === null
      ? null
      : `${match.not ? 'not ' : ''}${match.from === match.to ? match.from : `${match.from}-${match.to}`}`;
  const opener = initiated === null ? null : initiated === 'from-device' ? 'device' : 'peer';
  return [rule.name, peer, carried, port(rule.peerPort), port(rule.devicePort), opener, rule.forwarding];
}
