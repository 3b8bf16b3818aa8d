import { pipeline } from 'node:stream/promises';
import { CommanderError } from 'commander';
import { askAtTerminal } from './ask-at-terminal.ts';
import type { Terminal } from './command-context.ts';
import { loadCommands } from './command-table.ts';
import { bearLostReaders } from './lost-readers.ts';
import { EXIT, printFailure } from './print-failure.ts';
import { commandWord, makeProgram } from './program.ts';

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  pipe: (bytes) => pipeline(bytes, process.stdout, { end: false }),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  ask: process.stdin.isTTY && process.stderr.isTTY ? (question) => askAtTerminal(process, question) : null,
};

bearLostReaders(process, () => process.exit(EXIT.done));

try {
  const words = process.argv.slice(2);
  const commands = await loadCommands(commandWord(words));
  await makeProgram(terminal, commands, words).parseAsync(words, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else process.exitCode = printFailure(error, terminal, process.argv.includes('--json'));
}
