import pino from 'pino';
import type { Log } from '#base/core/index.ts';

/** Characters of diagnostics that wait where they cannot be written. */
const MOST_WAITING = 1_048_576;

/**
 * The diagnostics of one process as JSON lines on standard error; `WEIR_LOG` sets the level, `warn` by default. Where they
 * cannot be written, as on a terminal that was closed or a disk that is full, the process goes on without.
 */
export function makeLog(process_: string): Log {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MOST_WAITING });
  // What nobody hears ends the process.
  destination.on('error', () => {});
  return pino(
    { name: `weir-${process_}`, level: process.env['WEIR_LOG'] ?? 'warn', base: { process: process_ } },
    destination,
  );
}

/** The level of diagnostics, for a child process: all that is handed down of the environment. */
export function logLevel(): Record<string, string> {
  const level = process.env['WEIR_LOG'];
  return level === undefined ? {} : { WEIR_LOG: level };
}
