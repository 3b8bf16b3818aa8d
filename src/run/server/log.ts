import pino from 'pino';
import type { Log } from '#base/core/index.ts';

/** The diagnostics of one process as JSON lines on standard error; `WEIR_LOG` sets the level, `warn` by default. */
export function makeLog(process_: string): Log {
  return pino(
    { name: `weir-${process_}`, level: process.env['WEIR_LOG'] ?? 'warn', base: { process: process_ } },
    pino.destination({ fd: 2, sync: true }),
  );
}

/** The level of diagnostics, for a child process: all that is handed down of the environment. */
export function logLevel(): Record<string, string> {
  const level = process.env['WEIR_LOG'];
  return level === undefined ? {} : { WEIR_LOG: level };
}
