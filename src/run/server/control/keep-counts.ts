import type { Log, Millis } from '#base/core/index.ts';

/** Has counts saved every now and then, and once more when it is disposed of: what a crash may cost is one interval. */
export function keepCounts(
  counts: readonly { save(): Promise<void> }[],
  every: Millis,
  log: Pick<Log, 'error'>,
): AsyncDisposable {
  const save = async (): Promise<void> => {
    for (const one of counts) {
      await one.save().catch((error: unknown) => log.error({ error: String(error) }, 'counts could not be kept'));
    }
  };
  const timer = setInterval(() => void save(), every).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await save();
    },
  };
}
