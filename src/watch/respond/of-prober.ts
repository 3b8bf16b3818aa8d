import { PROBER_STREAMS } from '#base/core/index.ts';
import type { Alert } from './alert.ts';

/** Whether an alert is of what the prober sent. */
export function isOfProber({ stream }: Pick<Alert, 'stream'>): boolean {
  return stream !== null && PROBER_STREAMS.includes(stream);
}
