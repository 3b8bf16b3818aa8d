import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CliError } from './errors.ts';
import { printable } from './print-failure.ts';

const ASKING = new WeakSet<Command>();

/** The option of every command that asks first. */
export interface AskOptions {
  readonly yes?: boolean;
}

/** What a command is about to do. */
export interface Deed {
  /** As in `revoke truck-7`. */
  readonly deed: string;
  /** Exactly what goes with it. */
  readonly goes: string;
  /** What to do before, or what is not touched, where there is something to say. */
  readonly advice?: string;
}

/**
 * Marks a command as one whose effect cannot be undone, which is said before it is done: it takes `--yes`.
 *
 * @param what when it asks, where that is not always
 */
export function askingFirst(command: Command, what = 'do not ask: what it does cannot be undone'): Command {
  ASKING.add(command);
  return command.option('--yes', what);
}

/** Whether a command is marked as one that asks first. */
export function asksFirst(command: Command): boolean {
  return ASKING.has(command);
}

/**
 * Says what goes and goes on once somebody at the terminal types `yes`. Where nobody is there, it ends with the command
 * that does it, so that a script never waits for an answer.
 *
 * @throws {CliError} CLI_UNCONFIRMED
 */
export async function askFirst(context: CommandContext, { deed, goes, advice }: Deed): Promise<void> {
  const { ask } = context.terminal;
  if (ask === null || context.options.json === true) {
    const first = advice === undefined ? '' : `${advice}. `;
    throw new CliError('CLI_UNCONFIRMED', `Cannot ${deed} unasked: ${goes}`, {
      hint: `${first}Do it all the same with \`${context.again('--yes')}\``,
    });
  }
  const lines = [`weir: about to ${deed}: ${goes}`, ...(advice === undefined ? [] : [advice]), 'type yes to do it: '];
  const typed = await ask(printable(lines.join('\n')));
  if (typed.trim().toLowerCase() === 'yes') return;
  throw new CliError('CLI_UNCONFIRMED', `Cannot ${deed}: it was not confirmed, and nothing was done`);
}

/** A number with its noun. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
