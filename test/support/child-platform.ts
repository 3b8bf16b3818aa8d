import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CODE_CACHE, forkEndingWithParent, layoutOf } from '#run/server/index.ts';
import type { PlatformAddress, ProcessorShares, TemplateSource } from '#run/server/index.ts';
import { eventually } from './eventually.ts';
import { OwnPorts } from './own-ports.ts';
import { PlatformClient } from './platform-client.ts';

/** What the process of a platform is told to start. */
export interface ChildPlatformStart {
  readonly data: string;
  readonly source: TemplateSource;
  readonly workers: number;
  readonly ports: { readonly mqtt: number; readonly https: number; readonly api: number };
  /** How long queries that began before have to open what an erasure replaced, in milliseconds. */
  readonly erasureGraceMs?: number;
}

/** What its process says once it runs, or why it does not. */
interface Answer {
  readonly address?: PlatformAddress;
  readonly processors?: ProcessorShares | null;
  readonly failure?: { readonly code: string; readonly message: string };
}

/** How long processes may take to end: longer than a platform drains, and than a busy machine makes of that. */
const END_WITHIN_MS = 120_000;

export interface ChildPlatformOptions {
  readonly workers?: number;
  /** Where the data directory is to be; by default in the test's own folder. */
  readonly data?: string;
  readonly erasureGraceMs?: number;
}

/**
 * A platform in a process of its own: it can be killed with all that runs in it, and what it and its processes log is
 * kept. Its folder goes when it is disposed of.
 */
export class ChildPlatform extends PlatformClient implements AsyncDisposable {
  readonly #start: ChildPlatformStart;
  readonly #ports: OwnPorts;
  #child: ChildProcess | null = null;
  #address: PlatformAddress | null = null;
  #processors: ProcessorShares | null = null;
  #log = '';

  private constructor(folder: string, start: ChildPlatformStart, ports: OwnPorts) {
    super(folder, layoutOf(start.data), () => this.address);
    this.#start = start;
    this.#ports = ports;
  }

  /** @throws {Error} with the code of a platform that did not start */
  static async start(yaml: string, options: ChildPlatformOptions = {}): Promise<ChildPlatform> {
    const folder = await mkdtemp(join(tmpdir(), 'weir-platform-'));
    const text = /^template:/m.test(yaml) ? yaml : `template: 1\nname: test\n${yaml}`;
    const own = await OwnPorts.claim(3);
    const [mqtt = 0, https = 0, api = 0] = own.ports;
    const start = {
      data: options.data ?? join(folder, 'data'),
      source: { path: 'template.yaml', text, files: {} },
      workers: options.workers ?? 1,
      ports: { mqtt, https, api },
      ...(options.erasureGraceMs === undefined ? {} : { erasureGraceMs: options.erasureGraceMs }),
    };
    const platform = new ChildPlatform(folder, start, own);
    try {
      await platform.start();
    } catch (error) {
      await platform[Symbol.asyncDispose]();
      throw error;
    }
    return platform;
  }

  get address(): PlatformAddress {
    if (this.#address === null) throw new TypeError('the platform does not run');
    return this.#address;
  }

  /** What processors its gateway and its store keep to; null where any will do. */
  get processors(): ProcessorShares | null {
    return this.#processors;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** All that the platform and its processes have logged, a JSON object a line. */
  get log(): string {
    return this.#log;
  }

  /** Starts it, again on the ports that it had before. */
  async start(): Promise<void> {
    const child = fork(new URL('platform-process.ts', import.meta.url), [], {
      ...forkEndingWithParent(['--disable-warning=ExperimentalWarning']),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), NODE_COMPILE_CACHE: CODE_CACHE },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => (this.#log += part.toString('utf8')));
    child.send(this.#start);
    const [answer] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => [{ failure: { code: 'EXIT', message: this.#log.slice(-2_000) } }]),
    ])) as [Answer];
    if (answer.address === undefined)
      throw Object.assign(new Error(answer.failure?.message), { code: answer.failure?.code });
    this.#address = answer.address;
    this.#processors = answer.processors ?? null;
  }

  /**
   * Ends control at once, and waits until no process of the platform is left.
   *
   * @param at moment to do it, with all of its processes: none of them comes to anything more
   */
  async kill(at?: Promise<unknown>): Promise<void> {
    const children = await this.children();
    if (at !== undefined) {
      await at;
      for (const pid of [this.pid, ...children]) killIfThere(pid);
    }
    await this.#end('SIGKILL');
    await Promise.all(children.map((pid) => gone(pid)));
  }

  /** Asks it to drain and end. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ids of all processes below control whose command line has a word. */
  async children(word = ''): Promise<readonly number[]> {
    return descendants(this.pid, word);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
    await this.#ports[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** Processes below one, as the kernel lists them. */
export async function descendants(root: number, word = ''): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    // After the name in parentheses, which may hold anything: state, then the parent.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[1]);
    if (stat !== '') parents.set(pid, parent);
  }
  const isBelow = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true;
    return false;
  };
  const found: number[] = [];
  for (const pid of parents.keys()) {
    if (!isBelow(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(word)) found.push(pid);
  }
  return found;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function gone(pid: number): Promise<void> {
  const look = async (): Promise<boolean> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    return stat === null || stat.includes(') Z ');
  };
  if (!(await eventually(look, Boolean, END_WITHIN_MS)))
    throw new Error(`process ${pid} outlives the platform that started it`);
}
