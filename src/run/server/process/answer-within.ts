import type { Millis } from '#base/core/index.ts';

/**
 * What a part of the platform answers, for who wants to know how all of them are: one that fails or hangs keeps nobody
 * waiting longer than that.
 *
 * @returns undefined where it gives no answer in time
 */
export async function answerWithin<T>(asked: Promise<T>, most: Millis): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), most);
  try {
    return await Promise.race([asked, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
