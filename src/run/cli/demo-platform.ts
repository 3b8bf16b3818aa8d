import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PlatformError } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import { forkEndingWithParent } from '#run/server/index.ts';
import type { PlatformAddress, PlatformStatus, TemplateSource } from '#run/server/index.ts';
import { CliError } from './errors.ts';
import type { Ports } from './free-ports.ts';

/** What the process of a demo's platform is told to run; the first message to it. */
export interface DemoOrder {
  readonly data: string;
  readonly source: TemplateSource;
  readonly ports: Ports;
}

/** What it says once it runs. */
export interface DemoStarted {
  readonly kind: 'started';
  readonly address: PlatformAddress;
  readonly keys: readonly string[];
  readonly template: Template;
  readonly proposal: boolean;
}

/** What it can be asked while it runs. */
export type DemoQuestion =
  | { readonly ask: 'status' }
  | { readonly ask: 'witness'; readonly witness: { readonly url: string; readonly keys: readonly string[] } };

export type DemoAnswer =
  | DemoStarted
  | { readonly kind: 'status'; readonly status: PlatformStatus }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string | undefined };

/**
 * The platform of a demo in a process of its own, so that what runs beside it, fleet and witness, is as little part
 * of it as they would be elsewhere. Disposing of it drains it.
 */
export interface DemoPlatform extends AsyncDisposable, Omit<DemoStarted, 'kind'> {
  status(): Promise<PlatformStatus>;
  witnessBy(witness: { readonly url: string; readonly keys: readonly string[] }): void;
}

const END_WITHIN_MS = 30_000;

/** @throws {PlatformError} whatever keeps the platform from starting, with its own code */
export async function startDemoPlatform(order: DemoOrder): Promise<DemoPlatform> {
  const child = fork(new URL('./demo-platform-process.ts', import.meta.url), [], {
    ...forkEndingWithParent(['--no-experimental-ffi', '--disable-warning=ExperimentalWarning']),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // An interrupt at the terminal is for the demo, which ends its parts in their order.
    detached: true,
  });
  child.send(order);
  const { kind: _, ...started } = await answerOf(child, 'started');
  const ask = (question: DemoQuestion): boolean => child.connected && child.send(question);
  return {
    ...started,
    status: async () => {
      ask({ ask: 'status' });
      return (await answerOf(child, 'status')).status;
    },
    witnessBy: (witness) => void ask({ ask: 'witness', witness }),
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** The next answer of a kind. */
async function answerOf<Kind extends DemoAnswer['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<DemoAnswer, { kind: Kind }>> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const gone = hasEnded(child) ? null : once(child, 'exit', { signal }).then(() => null);
    for (;;) {
      const message = once(child, 'message', { signal }).then(([answer]) => answer as DemoAnswer);
      const answer = await Promise.race([message, gone]);
      if (answer === null) throw new CliError('CLI_UNFINISHED', 'Cannot run demo: the platform ended by itself');
      if (answer.kind === 'failed') {
        throw new PlatformError(answer.code, answer.message, answer.hint === undefined ? {} : { hint: answer.hint });
      }
      if (answer.kind === kind) return answer as Extract<DemoAnswer, { kind: Kind }>;
    }
  } finally {
    over.abort();
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
