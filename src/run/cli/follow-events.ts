import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformClient } from './platform-client.ts';
import { readEvents } from './read-events.ts';
import type { ServerEvent } from './read-events.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/**
 * Server-sent events of a path, for as long as it goes: where the connection ends or the platform is not there, it comes
 * again with the id of the last event, so that nothing is left out.
 *
 * @param withPlatform finds the platform and asks it; it may be elsewhere after a restart
 * @param after id of the event behind which to begin; null for now
 * @param onLost told each time that it has to come again
 * @throws what the platform says where it refuses, and where it cannot be reached the first time
 */
export async function followEvents(
  withPlatform: <T>(use: (client: PlatformClient) => Promise<T>) => Promise<T>,
  path: string,
  {
    after,
    onEvent,
    onLost,
  }: {
    readonly after: string | null;
    readonly onEvent: (event: ServerEvent) => void;
    readonly onLost: () => void;
  },
): Promise<never> {
  let last = after;
  let reached = false;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)) {
    try {
      await withPlatform(async (client) => {
        const from = last === null ? {} : { lastEventId: last };
        const reply = await client.stream('GET', path, { accept: 'text/event-stream', ...from });
        reached = true;
        for await (const event of readEvents(reply)) {
          waitMs = FIRST_WAIT_MS;
          onEvent(event);
          last = event.id ?? last;
        }
      });
    } catch (error) {
      if (!reached || isRefusal(error)) throw error;
    }
    onLost();
    await sleep(waitMs);
  }
}

/** Whether the platform was there and will not say otherwise when it is asked again. */
function isRefusal(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly status?: unknown } };
  return typeof cause?.status === 'number' && cause.status < 500;
}
