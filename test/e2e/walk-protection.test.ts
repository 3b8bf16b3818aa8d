import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fencesOf } from '../../tools/markdown.ts';
import { requireProgram } from '../support/outside.ts';
import { tourDifference, tourSteps } from '../support/tour.ts';
import { Workplace } from './cli-harness.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const PAGE = 'docs/walks/data-under-protection.md';

/** How long one block of commands may take, in milliseconds. */
const STEP_WITHIN_MS = 240_000;

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly all: string;
}

test('the walk through data under protection shows what it says', async (t) => {
  requireProgram(t, 'curl');
  const page = await readFile(path.join(PROJECT, PAGE), 'utf8');
  const place = await Workplace.make(t);
  const template = fencesOf(page).find(({ info }) => info === 'yaml')?.text;
  assert.ok(template !== undefined, 'the page has a template');
  await writeFile(place.path('weir.yaml'), `${template}\nlisten: { mqtt: 0, https: 0, api: 0 }\n`);
  await using _ = await place.up('--recovery-kit', 'kit');
  const address = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as { https: string };
  const asTyped = (commands: string): string =>
    commands
      .replaceAll('npm run -s weir --', `sh '${path.join(PROJECT, 'bin/weir')}'`)
      .replaceAll('https://localhost:8443', address.https);
  for (const { commands, expected, line } of tourSteps(page)) {
    await t.test(`${PAGE}:${line}: ${commands.split('\n')[0]}`, async () => {
      const { status, stdout, all } = await runStep(asTyped(commands), place.folder);
      assert.equal(status, 0, `${commands}\n${all}`);
      const difference = expected === undefined ? undefined : tourDifference(stdout, expected);
      assert.equal(difference, undefined, `not as the page shows: ${difference}\nprinted:\n${all}`);
    });
  }
});

/** Runs a block in a group of its own, so that none of it outlives its time. */
function runStep(commands: string, cwd: string): Promise<Ran> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_TEST_CONTEXT'));
  const child = spawn('sh', ['-e', '-c', commands], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, all] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text));
  const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), STEP_WITHIN_MS);
  return new Promise((resolve) =>
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout, all });
    }),
  );
}
