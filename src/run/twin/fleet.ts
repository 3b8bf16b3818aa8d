import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Stream } from '#declare/template/index.ts';
import { forkEndingWithParent } from '#run/server/index.ts';
import type { DeviceCredential } from './simulated-device.ts';

export interface FleetDevice {
  readonly credential: DeviceCredential;
  readonly streams: readonly Stream[];
}

/** What a fleet is told to do; sent to its process once. */
export interface FleetOrder {
  readonly host: string;
  readonly port: number;
  readonly devices: readonly FleetDevice[];
  /** Readings per second of each device and stream, at most; below what the stream allows in any case. */
  readonly perSecond: number;
  /** Share of readings made wrong on purpose, so that refusals can be seen. */
  readonly faultRatio: number;
  readonly seed: number;
  /** Whether some of its devices misbehave from time to time, so that alerts can be seen. */
  readonly misbehaves?: boolean;
}

/** A simulated fleet that publishes from a process of its own. Disposing of it ends the process. */
export interface Fleet extends AsyncDisposable {
  readonly pid: number;
  /** Settles when the process has ended, asked to or not. */
  readonly ended: Promise<void>;
}

const END_WITHIN_MS = 5_000;

/**
 * Starts a fleet: a process that has nothing of the platform but addresses and credentials, so that readings really
 * come over the network.
 */
export async function startFleet(order: FleetOrder): Promise<Fleet> {
  const child = fork(new URL('./fleet-process.ts', import.meta.url), [], {
    ...forkEndingWithParent(['--disable-warning=ExperimentalWarning']),
    serialization: 'advanced',
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // A terminal sends its interrupt to the whole group; the fleet waits to be told by the one that started it.
    detached: true,
  });
  const ended = once(child, 'exit').then(() => undefined);
  await once(child, 'spawn');
  child.send(order);
  return {
    pid: child.pid ?? 0,
    ended,
    [Symbol.asyncDispose]: () => end(child, ended),
  };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
