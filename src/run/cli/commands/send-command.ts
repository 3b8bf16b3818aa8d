import type { Command } from 'commander';
import type { ContextOf } from './command.ts';

export function addSendCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('command')
    .description('commands to devices')
    .command('send <device> <name> [payload]')
    .description('send a command to a device; it is kept until the device takes it')
    .option('--retain', 'keep it as configuration that the device gets at each connection')
    .action(
      async (
        device: string,
        name: string,
        payload: string | undefined,
        options: { retain?: boolean },
        command: Command,
      ) => {
        const context = contextOf(command);
        const body = { device, name, payload: payload ?? '', retain: options.retain === true };
        const sent = await context.withPlatform((client) =>
          client.json<{ id: string; state: string }>('POST', '/v1/commands', { body }),
        );
        context.result(sent, () => `command ${sent.id} is ${sent.state}\n`);
      },
    );
}
