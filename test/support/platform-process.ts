import { millis } from '#base/core/index.ts';
import { layoutOf, makeLog } from '#run/server/index.ts';
import type { ChildPlatformStart } from './child-platform.ts';
import { startDemoPlatform } from './running-platform.ts';

/** A platform in a process of its own, so that a test can end it as nothing else would. */
process.once('message', (message) => void start(message as ChildPlatformStart));

async function start({ data, source, workers, ports, erasureGraceMs }: ChildPlatformStart): Promise<void> {
  try {
    const platform = await startDemoPlatform(layoutOf(data), source, {
      log: makeLog('control'),
      ports,
      gatewayWorkers: workers,
      ...(erasureGraceMs === undefined ? {} : { erasureGrace: millis(erasureGraceMs) }),
    });
    process.once('SIGTERM', () => {
      void Promise.resolve(platform[Symbol.asyncDispose]()).finally(() => process.exit(0));
    });
    process.send?.({ address: platform.address, processors: platform.processors });
  } catch (error) {
    const { code = 'unknown', message } = error as { code?: string; message: string };
    process.send?.({ failure: { code, message } }, () => process.exit(1));
  }
}
