import { PlatformError } from '#base/core/index.ts';
import type { Terminal } from './command-context.ts';
import { refusalOf } from './errors.ts';

/** Exit statuses; `docs/reference/cli.md` lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Says why a command failed, with the code of the register and what to do next.
 *
 * @returns the status to exit with
 */
export function printFailure(error: unknown, terminal: Terminal, json: boolean): number {
  if (isAbort(error)) return EXIT.interrupted;
  const { message, code, hint } = describe(error);
  if (json) terminal.err(`${JSON.stringify({ error: { code, message, ...(hint === null ? {} : { hint }) } })}\n`);
  else terminal.err(printable(`weir: ${message} [${code}]\n${hint === null ? '' : `hint: ${hint}\n`}`));
  return code === 'CLI_USAGE' ? EXIT.usage : EXIT.failed;
}

/** What is said may quote what a device sent: nothing of it steers the terminal or turns the writing round. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (c) =>
    c === '\n' ? c : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function describe(error: unknown): { message: string; code: string; hint: string | null } {
  if (error instanceof PlatformError) {
    // The platform's own code says more than that it refused.
    const code = refusalOf(error)?.code || error.code;
    return { message: error.message, code, hint: error.hint ?? null };
  }
  // A file that is not there, a port that is taken: the system's own code and words say what is wrong.
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  return { message, code: code ?? 'FAULT', hint: null };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
