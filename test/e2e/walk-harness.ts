import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { fencesOf } from '../../tools/markdown.ts';
import { tourDifference, tourSteps } from '../support/tour.ts';
import type { TourStep } from '../support/tour.ts';
import { Workplace } from './cli-harness.ts';
import type { Background } from './cli-harness.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const ADDRESS = 'weir-data/run/address.json';

/** How long one block of commands may take, in milliseconds. */
const STEP_WITHIN_MS = 240_000;

export interface WalkOptions {
  /** Words of `weir up` beside the usual ones. */
  readonly up?: readonly string[];
  /** The page's words as they have to be here, such as with another port. */
  readonly here?: (text: string) => string;
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly all: string;
}

/** A page whose commands are run from top to bottom, in a folder of its own and against a platform on its first template. */
export class Walk implements AsyncDisposable {
  readonly place: Workplace;
  readonly #page: string;
  readonly #text: string;
  readonly #options: WalkOptions;
  readonly #others: ChildProcess[] = [];
  #platform: Background | null = null;
  #printed = '';

  private constructor(place: Workplace, page: string, text: string, options: WalkOptions) {
    this.place = place;
    this.#page = page;
    this.#text = text;
    this.#options = options;
  }

  /** @param page of the project, from its root */
  static async begin(t: TestContext, page: string, options: WalkOptions = {}): Promise<Walk> {
    const text = await readFile(path.join(PROJECT, page), 'utf8');
    const walk = new Walk(await Workplace.make(t), page, text, options);
    const template = fencesOf(text).find(({ info }) => info === 'yaml')?.text;
    assert.ok(template !== undefined, 'the page has a template');
    const whole = `${template}\nlisten: { mqtt: 0, https: 0, api: 0 }\n`;
    await writeFile(walk.place.path('weir.yaml'), walk.#here(whole));
    return walk;
  }

  /** What the platform has said so far. */
  get printed(): string {
    return `${this.#printed}${this.#platform?.printed() ?? ''}`;
  }

  /** Runs each block as a test of its own. */
  async run(t: TestContext): Promise<void> {
    for (const step of tourSteps(this.#text)) {
      const { commands, line, mode } = step;
      await t.test(`${this.#page}:${line}: ${commands.split('\n')[0]}`, async () => {
        if (mode === 'stopped') await this.#stop();
        else this.#platform ??= await this.#start();
        await this.#step(step);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    for (const { pid } of this.#others) endGroup(pid);
  }

  async #start(): Promise<Background> {
    // Of a platform that runs no more.
    await rm(this.place.path(ADDRESS), { force: true });
    return this.place.up(...(this.#options.up ?? []));
  }

  async #stop(): Promise<void> {
    await this.#platform?.stop();
    this.#printed = this.printed;
    this.#platform = null;
  }

  async #step({ commands, expected, mode }: TourStep): Promise<void> {
    if (mode === 'background') {
      this.#others.push(spawnIn(this.place.folder, this.#asTyped(commands), 'ignore'));
      return;
    }
    const { status, stdout, all } = await runStep(this.#asTyped(commands), this.place.folder);
    assert.equal(status, 0, `${commands}\n${all}`);
    const difference = expected === undefined ? undefined : tourDifference(stdout, expected);
    assert.equal(difference, undefined, `not as the page shows: ${difference}\nprinted:\n${all}`);
  }

  #here(text: string): string {
    return this.#options.here?.(text) ?? text;
  }

  #asTyped(commands: string): string {
    const file = this.place.path(ADDRESS);
    const https = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { https: string }).https : null;
    return this.#here(commands)
      .replaceAll('npm run -s weir --', `sh '${path.join(PROJECT, 'bin/weir')}'`)
      .replaceAll('https://localhost:8443', https ?? 'https://localhost:8443');
  }
}

/** Runs a block in a group of its own, so that none of it outlives its time. */
function runStep(commands: string, cwd: string): Promise<Ran> {
  const child = spawnIn(cwd, commands, 'pipe');
  let [stdout, all] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (all += text));
  const timer = setTimeout(() => endGroup(child.pid), STEP_WITHIN_MS);
  return new Promise((resolve) =>
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout, all });
    }),
  );
}

function spawnIn(cwd: string, commands: string, output: 'pipe' | 'ignore'): ChildProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_TEST_CONTEXT'));
  return spawn('sh', ['-e', '-c', commands], { cwd, env, detached: true, stdio: ['ignore', output, output] });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
