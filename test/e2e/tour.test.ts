import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { temporaryFolder } from '../support/tmp.ts';
import { tourDifference, tourSteps } from '../support/tour.ts';
import type { TourStep } from '../support/tour.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');

/** How long the demo may take to be ready, and one block of the tour to be done, in milliseconds. */
const READY_WITHIN_MS = 240_000;
const STEP_WITHIN_MS = 240_000;

/** How long a demo may take to drain before it is ended by force, in milliseconds. */
const END_WITHIN_MS = 80_000;

test('the tour in the README does what it says', async (t) => {
  const folder = await copyOfLinks(t);
  const steps = tourSteps(readFileSync(path.join(PROJECT, 'README.md'), 'utf8'));
  assert.ok(steps.filter(({ mode }) => mode === 'run').length >= 5, 'the README has a tour');
  for (const step of steps) {
    await t.test(`README.md:${step.line}: ${step.commands.split('\n')[0]}`, async () => {
      if (step.mode === 'background') await startInBackground(t, step, folder);
      else runStep(step, folder);
    });
  }
});

/** A folder that looks like the clone, so that what a tour leaves behind does not end in the real one. */
async function copyOfLinks(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const name of readdirSync(PROJECT)) {
    if (!/^(\.git|weir-.*)$/.test(name)) symlinkSync(path.join(PROJECT, name), path.join(folder, name));
  }
  return folder;
}

function runStep(step: TourStep, folder: string): void {
  const options = { cwd: folder, encoding: 'utf8', timeout: STEP_WITHIN_MS, env: withoutRunner() } as const;
  const run = spawnSync('sh', ['-e', '-c', step.commands], options);
  assert.equal(run.status, 0, `${step.commands}\n${run.stdout}${run.stderr}`);
  if (step.expected === undefined) return;
  const difference = tourDifference(run.stdout, step.expected);
  assert.equal(difference, undefined, `not as the README shows: ${difference}\nprinted:\n${run.stdout}`);
}

async function startInBackground(
  t: { after(done: () => Promise<void>): void },
  step: TourStep,
  folder: string,
): Promise<void> {
  // The packages are there already: installing them again into a linked folder would change the real one.
  const commands = step.commands.replaceAll(/npm ci\s*&&\s*/g, '');
  const child = spawn('sh', ['-c', commands], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: withoutRunner(),
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (printed += data.toString()));
  t.after(() => endGroup(child));
  const deadline = performance.now() + READY_WITHIN_MS;
  // It says so once its fleet sends, too.
  while (!printed.includes('a demo of weir runs')) {
    assert.equal(child.exitCode, null, `ended instead of running: ${printed}`);
    assert.ok(performance.now() < deadline, `not ready in time: ${printed}`);
    await sleep(50);
  }
}

/** Ends a shell and all that it started, by the process group made for it, and waits until none is left. */
async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const deadline = performance.now() + END_WITHIN_MS;
  for (let signal: NodeJS.Signals | 0 = 'SIGTERM'; signalGroup(pid, signal); await sleep(100)) {
    signal = performance.now() < deadline ? 0 : 'SIGKILL';
  }
}

/** Sends a signal to a process group, 0 to ask only; false once the group has no process. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** The environment of a person at a terminal: nothing of the test runner or of the npm that started it. */
function withoutRunner(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'NODE_TEST_CONTEXT' && !/^(npm_|INIT_CWD)/.test(name)),
  );
}
