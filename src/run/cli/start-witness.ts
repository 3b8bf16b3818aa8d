import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { forkEndingWithParent } from '#run/server/index.ts';
import type { WitnessAnnouncement } from './commands/witness.ts';
import { CliError } from './errors.ts';

/** A witness that runs beside the platform as a process of its own. Disposing of it ends the process. */
export interface StartedWitness extends AsyncDisposable {
  readonly announcement: WitnessAnnouncement;
}

const START_WITHIN_MS = 20_000;
const END_WITHIN_MS = 5_000;

/**
 * Starts `weir witness` on a free port for a log.
 *
 * @throws {CliError} CLI_UNFINISHED if it does not come up
 */
export async function startWitness(directory: string, logKeys: readonly string[]): Promise<StartedWitness> {
  const words = ['witness', '--json', '--listen', '0', '--directory', directory, '--log', ...logKeys];
  const child = fork(join(import.meta.dirname, 'main.ts'), words, {
    ...forkEndingWithParent(['--disable-warning=ExperimentalWarning']),
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // An interrupt at the terminal is for the platform alone, which then ends this one.
    detached: true,
  });
  const ended = once(child, 'exit');
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  };
  const announced = new Promise<WitnessAnnouncement>((resolve) => {
    let printed = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.trimEnd().endsWith('}')) resolve(JSON.parse(printed) as WitnessAnnouncement);
    });
  });
  const deadline = AbortSignal.timeout(START_WITHIN_MS);
  const announcement = await Promise.race([
    announced,
    ended.then(() => null),
    once(deadline, 'abort').then(() => null),
  ]);
  if (announcement === null) {
    await end();
    throw new CliError('CLI_UNFINISHED', `Cannot start witness: it did not come up in ${directory}`, {
      hint: 'Try `npm run -s weir -- witness` by hand to see why',
    });
  }
  return { announcement, [Symbol.asyncDispose]: end };
}
