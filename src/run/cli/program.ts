import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { PACKAGE_ROOT } from '#run/server/index.ts';
import { CommandContext } from './command-context.ts';
import type { GlobalOptions, Terminal } from './command-context.ts';
import type { AddCommand } from './commands/command.ts';
import { CliError } from './errors.ts';

/**
 * The whole command line. It never ends the process: what commander would exit with is thrown as its error.
 *
 * @param commands adds each command, in the order in which help lists them
 * @param words what it will parse, for commands that say how they are called again
 */
export function makeProgram(
  terminal: Terminal,
  commands: readonly AddCommand[],
  words: readonly string[] = [],
): Command {
  const program = withGlobalOptions(new Command('weir'))
    .description('a secure data platform for the Internet of Things')
    .version(versionOf())
    .showHelpAfterError('(add --help for what it takes)')
    .configureHelp({ showGlobalOptions: true });
  for (const add of commands)
    add(program, (command) => new CommandContext(terminal, command.optsWithGlobals<GlobalOptions>(), words));
  settle(program, terminal);
  return program.hook('preAction', (_, command) => requirePurpose(command));
}

/**
 * The word that names the command on a command line, without running anything.
 *
 * @returns undefined where there is none, or an option stands before it that is not for every command
 */
export function commandWord(words: readonly string[]): string | undefined {
  const program = withGlobalOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    return program.parseOptions([...words]).operands[0];
  } catch (error) {
    // An option lacks its value: the whole program says so.
    if (error instanceof CommanderError) return undefined;
    throw error;
  }
}

function withGlobalOptions(program: Command): Command {
  return program
    .option('--data <folder>', 'data directory (default: ./weir-data, else a demo’s ./weir-demo)')
    .option('--template <file>', 'template (default: ./weir.yaml)')
    .option('--json', 'results and errors as JSON')
    .option('--token-file <file>', 'act as the person of this token instead of as operator');
}

/** Sub-commands made with `command()` take these settings over only if they were made before. */
function settle(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  for (const inner of command.commands) settle(inner, terminal);
}

/** An empty purpose is a variable that was not set: what it does without one is something else. @throws {CliError} */
function requirePurpose(command: Command): void {
  const { purpose } = command.opts<{ purpose?: string | readonly string[] }>();
  if (purpose === undefined || [purpose].flat().every((one) => one.trim() !== '')) return;
  throw new CliError('CLI_USAGE', 'Cannot go on: --purpose is empty', {
    hint: 'Name a purpose of the template, or leave --purpose out',
  });
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}
