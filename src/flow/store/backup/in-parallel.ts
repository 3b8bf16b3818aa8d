/**
 * Does a step for each item, some at a time. The first fault ends it once those under way have ended.
 *
 * @param most steps at a time
 */
export async function inParallel<T>(
  items: readonly T[],
  most: number,
  step: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let fault: { readonly error: unknown } | null = null;
  const work = async (): Promise<void> => {
    while (next < items.length && fault === null) {
      try {
        await step(items[next++]!);
      } catch (error) {
        fault ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  if (fault !== null) throw (fault as { readonly error: unknown }).error;
}
