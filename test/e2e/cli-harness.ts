import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../support/tmp.ts';

const MAIN = path.resolve(import.meta.dirname, '../../src/run/cli/main.ts');
const FLAGS = ['--no-experimental-ffi', '--disable-warning=ExperimentalWarning'];

/** How long a platform may take to start, and to drain, in milliseconds. */
const START_WITHIN_MS = 240_000;
const END_WITHIN_MS = 80_000;

/** How long a command that ends by itself may take, in milliseconds. */
const DONE_WITHIN_MS = 240_000;

export const PASSPHRASE = 'seven grey herons stand in the weir';

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on running. */
export interface Background extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it has printed so far, both streams. */
  readonly printed: () => string;
  /** Ends it with a signal and waits; its exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A folder in which `weir` is typed. */
export class Workplace {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async make(t: Parameters<typeof temporaryFolder>[0]): Promise<Workplace> {
    return new Workplace(await temporaryFolder(t));
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  /** Runs a command to its end. */
  weir(...words: readonly string[]): Promise<Run> {
    return new Promise((resolve) => {
      const child = this.#spawn(words);
      const printed = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name]?.setEncoding('utf8').on('data', (text: string) => (printed[name] += text));
      }
      const timer = setTimeout(() => child.kill('SIGKILL'), DONE_WITHIN_MS);
      child.once('close', (status) => {
        clearTimeout(timer);
        resolve({ status, ...printed });
      });
    });
  }

  /** Runs a command that has to succeed; its standard output. */
  async done(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.weir(...words);
    if (status !== 0) throw new Error(`weir ${words.join(' ')} ended with ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs a command that has to succeed with `--json`; what it printed. */
  async json<T>(...words: readonly string[]): Promise<T> {
    return JSON.parse(await this.done(...words, '--json')) as T;
  }

  /** Starts a command that goes on running. */
  background(...words: readonly string[]): Background {
    const child = this.#spawn(words);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
    }
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
      const status = await ended;
      clearTimeout(timer);
      return status;
    };
    return { child, printed: () => printed, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  }

  /** Makes a template after an industry that takes any free ports. */
  async init(industry: string): Promise<void> {
    await this.done('init', '--industry', industry, '--name', 'trial');
    await appendFile(this.path('weir.yaml'), '\nlisten: { mqtt: 0, https: 0, api: 0 }\n');
  }

  /** Starts `weir up` on the template here and waits until it runs. */
  async up(...words: readonly string[]): Promise<Background> {
    await writeFile(this.path('passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
    return this.until('weir-data/run/address.json', this.background('up', '--passphrase-file', 'passphrase', ...words));
  }

  /** Waits until a background command has made a file. */
  async until(file: string, running: Background): Promise<Background> {
    const deadline = performance.now() + START_WITHIN_MS;
    while (!existsSync(this.path(file))) {
      if (running.child.exitCode !== null || performance.now() > deadline) {
        await running.stop('SIGKILL');
        throw new Error(`did not come up: ${running.printed()}`);
      }
      await sleep(50);
    }
    return running;
  }

  #spawn(words: readonly string[]): ChildProcess {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_TEST_CONTEXT'));
    return spawn(process.execPath, [...FLAGS, MAIN, ...words], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
