import { globSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import type { TestEvent } from 'node:test/reporters';

import { report } from './test-reporter.ts';

const PROJECT = path.resolve(import.meta.dirname, '..');

/** The run is given up after this, whatever still runs. */
const WHOLE_RUN_MS = 20 * 60_000;

/** Ends a test that hangs, with its name, long before a build server would give up on the whole run. */
const TEST_MS = 600_000;

/** Two files at a time suits two cores; more would disturb those that watch the clock. */
const FILES_AT_A_TIME = 2;

/** The sets of test files by name; `fast` leaves out what starts the whole platform or runs for long. */
export const TEST_SETS: Readonly<Record<string, readonly string[]>> = {
  all: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
  fast: [
    'src/**/*.test.ts',
    'test/{support,conformance,golden}/**/*.test.ts',
    'tools/**/*.test.ts',
    'bench/**/*.test.ts',
  ],
};

/** Those that run for long: they start first, so that the short ones fill the cores evenly at the end. */
const LONG = /^test\/e2e\//;

/**
 * The test files of a set or of names, in the order in which they start.
 *
 * @param selection the name of a set, or paths and patterns of test files; nothing means `all`
 * @throws {Error} if a path or pattern matches no file
 */
export function testFiles(selection: readonly string[]): string[] {
  const [first, ...rest] = selection;
  const set = first === undefined ? TEST_SETS['all'] : Object.hasOwn(TEST_SETS, first) ? TEST_SETS[first] : undefined;
  // A set followed by files means these files only: `npm test -- src/flow/store/**` puts them after the set's name.
  const patterns = set === undefined ? selection : rest.length > 0 ? rest : set;
  const files = new Set(patterns.flatMap((pattern) => filesOf(pattern)));
  return [...files].toSorted((a, b) => Number(LONG.test(b)) - Number(LONG.test(a)) || (a < b ? -1 : 1));
}

function filesOf(pattern: string): string[] {
  const found = globSync(pattern, { cwd: PROJECT, exclude: ['**/node_modules/**'] });
  if (found.length === 0) throw new Error(`no test file is ${pattern}`);
  return found.map((file) => path.relative(PROJECT, path.resolve(PROJECT, file)));
}

/** Runs test files, each in a process of its own, and prints the report; whether all passed. */
export async function runTests(files: readonly string[], output: NodeJS.WritableStream): Promise<boolean> {
  let passed = false;
  const events = run({
    files: files.map((file) => path.join(PROJECT, file)),
    cwd: PROJECT,
    isolation: 'process',
    concurrency: FILES_AT_A_TIME,
    timeout: TEST_MS,
    signal: AbortSignal.timeout(WHOLE_RUN_MS),
    // Ends a file that keeps a handle open after its last test, which would otherwise hold the run for ever.
    execArgv: ['--no-experimental-ffi', '--disable-warning=ExperimentalWarning', '--test-force-exit'],
  });
  events.on('test:summary', ({ file, success }) => {
    if (file === undefined) passed = success;
  });
  await pipeline(Readable.from(report(events as AsyncIterable<TestEvent>, PROJECT)), output, { end: false });
  return passed;
}

if (import.meta.main) {
  // Compiled code is kept between files and runs: most of the time of a short file is its start.
  process.env['NODE_COMPILE_CACHE'] ??= path.join(PROJECT, 'node_modules/.cache/weir');
  process.exitCode = (await runTests(testFiles(process.argv.slice(2)), process.stdout)) ? 0 : 1;
  process.exit();
}
