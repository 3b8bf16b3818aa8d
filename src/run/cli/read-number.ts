import { CliError } from './errors.ts';

/**
 * A whole number from a word of the command line.
 *
 * @param option how the word is called in messages, such as `--days`
 * @throws {CliError} CLI_USAGE if it is none, or out of bounds
 */
export function readCount(word: string, option: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const number = /^\d{1,16}$/.test(word) ? Number(word) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new CliError('CLI_USAGE', `Cannot use ${option} ${word}: it is no whole number from ${least} to ${most}`);
}

/** A port number, 0 for any free one. @throws {CliError} CLI_USAGE */
export function readPort(word: string, option: string): number {
  return readCount(word, option, 0, 65_535);
}
