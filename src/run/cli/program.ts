import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { PACKAGE_ROOT } from '#run/server/index.ts';
import { CommandContext } from './command-context.ts';
import type { GlobalOptions, Terminal } from './command-context.ts';
import type { AddCommand } from './commands/command.ts';

/**
 * The whole command line. It never ends the process: what commander would exit with is thrown as its error.
 *
 * @param commands adds each command, in the order in which help lists them
 */
export function makeProgram(terminal: Terminal, commands: readonly AddCommand[]): Command {
  const program = new Command('weir')
    .description('a secure data platform for the Internet of Things')
    .version(versionOf())
    .option('--data <folder>', 'data directory (default: ./weir-data, else a demo’s ./weir-demo)')
    .option('--template <file>', 'template (default: ./weir.yaml)')
    .option('--json', 'results and errors as JSON')
    .option('--token-file <file>', 'act as the person of this token instead of as operator')
    .showHelpAfterError('(add --help for what it takes)')
    .configureHelp({ showGlobalOptions: true });
  for (const add of commands)
    add(program, (command) => new CommandContext(terminal, command.optsWithGlobals<GlobalOptions>()));
  settle(program, terminal);
  return program;
}

/** Sub-commands made with `command()` take these settings over only if they were made before. */
function settle(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  for (const inner of command.commands) settle(inner, terminal);
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}
