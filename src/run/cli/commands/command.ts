import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

/** Makes the context of a command from the options it was given; handed to each command by the program. */
export type ContextOf = (command: Command) => CommandContext;

/** Adds one command, or one family of commands, to the program. */
export type AddCommand = (program: Command, contextOf: ContextOf) => void;
