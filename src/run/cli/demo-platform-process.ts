import { once } from 'node:events';
import { PlatformError, systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { layoutOf, makeLog, startPlatform, whenParentGone } from '#run/server/index.ts';
import { createFileCustody, inspectFileCustody, openFileCustody } from '#trust/keys/index.ts';
import type { FileCustody } from '#trust/keys/index.ts';
import type { DemoAnswer, DemoOrder, DemoQuestion } from './demo-platform.ts';
import { CliError } from './errors.ts';
import { hearStop } from './stop-signal.ts';

function answer(message: DemoAnswer): void {
  if (process.connected) process.send?.(message);
}

/** The marked key of a demo: whoever has the folder has it. */
async function demoCustody(folder: string): Promise<FileCustody> {
  const sources = { clock: systemClock, random: systemRandom };
  const kind = await inspectFileCustody(folder);
  if (kind === null) return createFileCustody(folder, { demo: true }, sources);
  if (kind === 'demo') return openFileCustody(folder, null, systemRandom);
  throw new CliError('CLI_USAGE', 'Cannot run a demo: this data directory is of a platform with a passphrase', {
    hint: 'Start that with `npm run -s weir -- up`, or name another folder with --data',
  });
}

async function run({ data, source, ports }: DemoOrder): Promise<void> {
  using stop = hearStop(process, () => process.exit(1));
  // Without the demo that started it there is nobody to stop it.
  whenParentGone(() => process.kill(process.pid, 'SIGTERM'));
  await using custody = await demoCustody(layoutOf(data).keys);
  await using platform = await startPlatform({
    data,
    custody,
    source,
    ports,
    allowUnconfinedQuery: true,
    log: makeLog('control'),
  });
  process.on('message', (question: DemoQuestion) => {
    if (question.ask === 'witness') platform.witnessBy(question.witness);
    else void platform.status().then((status) => answer({ kind: 'status', status }));
  });
  const { address, verifierKeys: keys, template, proposal } = platform;
  answer({ kind: 'started', address, keys, template, proposal });
  await stop.asked;
}

const [order] = (await once(process, 'message')) as [DemoOrder];
try {
  await run(order);
} catch (error) {
  const { message, code, hint } =
    error instanceof PlatformError ? error : { message: String(error), code: 'FAULT', hint: undefined };
  answer({ kind: 'failed', code, message, hint });
  process.exitCode = 1;
}
if (process.connected) process.disconnect?.();
