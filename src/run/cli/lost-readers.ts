import type { EventEmitter } from 'node:events';

/** Where a command writes. */
export interface Outputs {
  readonly stdout: EventEmitter;
  readonly stderr: EventEmitter;
}

/** The terminal was closed; who read the other end of a pipe has left. */
const [NO_TERMINAL, NO_READER] = ['EIO', 'EPIPE'];

/**
 * Has a command bear that nobody reads it any more. Whoever reads results may leave, as `head` does: then the command ends,
 * and that is no failure. Without a terminal, or somebody who reads diagnostics, it goes on: what runs a platform has to
 * drain it.
 *
 * @param leave ends the command
 */
export function bearLostReaders({ stdout, stderr }: Outputs, leave: () => void): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === NO_READER) leave();
    else if (error.code !== NO_TERMINAL) throw error;
  });
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== NO_READER && error.code !== NO_TERMINAL) throw error;
  });
}
