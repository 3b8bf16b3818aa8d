import { parseDuration } from '#declare/template/index.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../errors.ts';

/** How long readings wait for a platform that is away: words of the option, and what it is where nothing is said. */
export const PATIENCE = {
  flags: '--patience <time>',
  description: 'how long to wait for a platform that is away or has no room',
  standard: '5m',
} as const;

const MOST_MS = 86_400_000;

/** @returns milliseconds @throws {CliError} CLI_USAGE */
export function readPatience(word: string): number {
  const patience = parseDuration(word);
  if (patience !== null && patience <= MOST_MS) return patience;
  throw new CliError('CLI_USAGE', `Cannot use --patience ${word}: it is no time up to a day, such as 30s or 10m`);
}

/** Says at the terminal that the platform is away and waited for, and that it is back. */
export function tellAway(context: CommandContext, patience: string): (away: boolean) => void {
  return (away) =>
    context.note(
      away
        ? `the platform is away: waiting for it, ${patience} at most (--patience)`
        : 'the platform is back: going on with what was not acknowledged',
    );
}
