import { fork } from 'node:child_process';
import { once } from 'node:events';
import { forkEndingWithParent, keepProcess } from '#run/server/index.ts';
import type { Load, LoadResult } from './load-generator.ts';

/**
 * Runs a load in a process of its own, which ends with it.
 *
 * @param processors it runs on; null for any
 */
export async function runLoadProcess(load: Load, processors: readonly number[] | null = null): Promise<LoadResult> {
  const child = fork(new URL('load-generator.ts', import.meta.url), {
    ...forkEndingWithParent([]),
    serialization: 'advanced',
  });
  if (processors !== null && child.pid !== undefined) keepProcess(child.pid, processors);
  const exited = once(child, 'exit');
  const answer = Promise.race([
    once(child, 'message') as Promise<[LoadResult | { error: string }]>,
    exited.then(([code]) => [{ error: `the load generator ended with ${String(code)}` }] as [{ error: string }]),
  ]);
  child.send(load);
  const [result] = await answer;
  await exited;
  if ('error' in result) throw new Error(result.error);
  return result;
}
