import { Worker } from 'node:worker_threads';
import type { FittedForest, ForestOptions } from '#learn/models/index.ts';

/** A forest that is to be fitted. */
export interface FitRequest {
  readonly values: Float64Array;
  readonly width: number;
  readonly labels: readonly string[];
  readonly options: ForestOptions;
}

/**
 * Fits a forest in a thread of its own, which ends with it: that takes seconds where there are many types, once in a
 * doubling of what is known.
 *
 * @throws {Error} if the thread ends without it
 */
export async function fitInThread(
  values: Float64Array,
  width: number,
  labels: readonly string[],
  options: ForestOptions,
): Promise<FittedForest> {
  const { promise, resolve, reject } = Promise.withResolvers<FittedForest>();
  const request: FitRequest = { values, width, labels, options };
  const thread = new Worker(new URL('fit-worker.ts', import.meta.url), { workerData: request });
  // Nobody waits for it at the end of the process.
  thread.unref();
  thread.once('message', resolve);
  thread.once('error', reject);
  thread.once('exit', (code) => reject(new Error(`The thread that fits a forest ended with ${code}`)));
  return promise;
}
