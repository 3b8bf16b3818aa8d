import { minutes, seconds } from '#base/core/index.ts';
import type { Log, Millis } from '#base/core/index.ts';
import { ServerError } from '../errors.ts';

/** How long a process may take to come to work, and how often it is said meanwhile that it has not. */
export interface StartPatience {
  readonly most: Millis;
  readonly sayEvery: Millis;
}

/** A long journal on a slow disk takes a while; a disk that does not answer takes for ever. */
const PATIENCE: StartPatience = { most: minutes(5), sayEvery: seconds(15) };

/**
 * Waits for a process to come to work, and says which one is waited for, so that a start that hangs is not silent.
 *
 * @throws {ServerError} SERVER_PROCESS_STUCK where it takes longer than it may; what `starting` rejects with
 */
export async function awaitStart(
  name: string,
  starting: Promise<void>,
  log: Log,
  { most, sayEvery }: StartPatience = PATIENCE,
): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const begun = performance.now();
  const said = setInterval(() => {
    const waited = Math.round((performance.now() - begun) / 1_000);
    log.warn({ process: name, seconds: waited, most: most / 1_000 }, 'process does not work yet, it is waited for');
  }, sayEvery);
  const bound = setTimeout(() => reject(stuck(name, most)), most);
  try {
    await Promise.race([starting, late]);
  } finally {
    clearInterval(said);
    clearTimeout(bound);
  }
}

function stuck(name: string, most: Millis): ServerError {
  return new ServerError('SERVER_PROCESS_STUCK', `Cannot start ${name}: it does not work after ${most / 1_000} s`, {
    hint: 'See whether the disk of the data directory answers and what the process said above, then start again; WEIR_LOG=debug has it say more',
  });
}
