import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import type { ContextOf } from './command.ts';

interface SetOptions {
  readonly owner?: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly hardwareSerial?: readonly string[];
  readonly supportEnds?: string;
  readonly cannot?: readonly string[];
}

/** Adds what is told about a device later to `weir device`. */
export function addDescribeCommands(device: Command, contextOf: ContextOf): void {
  device
    .command('set <name>')
    .description('change what is known of a device')
    .option('--owner <text>', 'whose it is')
    .option('--model <text>', 'what it is')
    .option('--firmware <text>', 'what runs on it')
    .option('--hardware-serial <text...>', 'serial numbers on the device itself')
    .option('--support-ends <day>', 'day on which its maker ends the support, such as 2031-06-30')
    .option('--cannot <ability...>', 'what it lacks; `none` for nothing')
    .action(async (name: string, options: SetOptions, command: Command) => {
      const context = contextOf(command);
      const body = bodyOf(options);
      const path = `/v1/devices/${encodeURIComponent(name)}/description`;
      const row = await context.withPlatform((client) => client.json<object>('POST', path, { body }));
      context.result(row, () => `${name}: ${Object.keys(body).join(', ')} set\n`);
      context.next(`device show ${name}`);
    });

  device
    .command('posture <name> <state>')
    .description('report the state of a device: good or bad')
    .option('--detail <text>', 'what was seen')
    .action(async (name: string, state: string, { detail }: { detail?: string }, command: Command) => {
      if (state !== 'good' && state !== 'bad') {
        throw new CliError('CLI_USAGE', 'Cannot report posture: the state is good or bad');
      }
      const context = contextOf(command);
      const body = { state, ...(detail === undefined ? {} : { detail }) };
      const path = `/v1/devices/${encodeURIComponent(name)}/posture`;
      const row = await context.withPlatform((client) => client.json<object>('POST', path, { body }));
      context.result(row, () => `${name}: posture ${state}\n`);
    });
}

function bodyOf(options: SetOptions): Record<string, string | readonly string[]> {
  const { owner, model, firmware, hardwareSerial, supportEnds, cannot } = options;
  const body = {
    ...(owner === undefined ? {} : { owner }),
    ...(model === undefined ? {} : { model }),
    ...(firmware === undefined ? {} : { firmware }),
    ...(hardwareSerial === undefined ? {} : { hardwareSerials: hardwareSerial }),
    ...(supportEnds === undefined ? {} : { supportEnds }),
    ...(cannot === undefined ? {} : { cannot: cannot.filter((one) => one !== 'none') }),
  };
  if (Object.keys(body).length > 0) return body;
  throw new CliError('CLI_USAGE', 'Cannot set: name at least one thing that is known');
}
