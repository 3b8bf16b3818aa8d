import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { run } from 'node:test';
import type { TestEvent } from 'node:test/reporters';

import { report } from './test-reporter.ts';
import type { Told } from './test-reporter.ts';

const PROJECT = path.resolve(import.meta.dirname, '..');

/** The run is given up after this, whatever still runs. */
const WHOLE_RUN_MS = 40 * 60_000;

/** Ends a test that hangs, with its name, long before a build server would give up on the whole run. */
const TEST_MS = 600_000;

/** Twice as many as there are processors: tests wait for disks and clocks about as long as they compute. */
const AT_A_TIME = 2 * availableParallelism();

/** More files than these with failures are no accident, and are not run once more. */
const AGAIN = 3;

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

/** Of all processes those that ran longest when they were last measured, which start before any other. */
export const LONGEST: readonly string[] = [
  'src/run/server',
  'test/e2e/tour.test.ts',
  'test/e2e/subject-rights.test.ts',
  'test/e2e/walk-protection.test.ts',
  'test/e2e/erasure-backups.test.ts',
  'test/e2e/cli-up.test.ts',
  'test/e2e/governance-template.test.ts',
  'test/e2e/watch-alerts.test.ts',
  'test/e2e/fault-damage.test.ts',
  'test/e2e/archive.test.ts',
  'test/e2e/erasure-crash.test.ts',
  'src/run/cli',
  'test/e2e/prove-all.test.ts',
  'test/e2e/revocation.test.ts',
  'test/e2e/walk-watch.test.ts',
  'src/trust/keys',
];

/**
 * The folders whose test files share one process when everything runs: most of the files take a tenth of a second, and
 * loading what they test, anew for each, took three. A file that is named runs in a process of its own.
 */
const SHARED = /^(?:src\/\w+\/\w+|test\/(?!e2e\/)\w+|tools|bench)(?=\/)/;

const STILL_OPEN = pathToFileURL(path.join(import.meta.dirname, 'still-open.ts')).href;

/** Where the files lie that load a room's tests. */
const LOADERS = path.join(PROJECT, 'node_modules/.cache/tests');

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

/** The processes to run for test files: one a shared room, one for each other file, in the order in which they start. */
export function processesFor(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const processes = Map.groupBy(files, (file) => SHARED.exec(file)?.[0] ?? file);
  const place = (name: string): number => (LONGEST.includes(name) ? LONGEST.indexOf(name) : LONGEST.length);
  return new Map([...processes].toSorted(([a], [b]) => place(a) - place(b)));
}

/** A file that loads the tests of a room. */
function loaderOf(room: string, files: readonly string[]): string {
  const loader = path.join(LOADERS, `${room.replaceAll('/', '-')}.test.mjs`);
  mkdirSync(LOADERS, { recursive: true });
  const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(file))};\n`);
  writeFileSync(loader, imports.join(''));
  return loader;
}

/**
 * Runs test files, and prints the report; whether all passed. The few in which something failed, where they are few,
 * are run once more when nothing else runs: what passes then passes, and the report shows both.
 *
 * @param files paths below the project's folder
 * @param shared whether rooms may share a process
 */
export async function runTests(
  files: readonly string[],
  output: NodeJS.WritableStream,
  shared = false,
): Promise<boolean> {
  const processes = shared ? processesFor(files) : new Map(files.map((file) => [file, [file]]));
  const paths = [...processes].map(([name, of]) =>
    name === of[0]
      ? path.join(PROJECT, name)
      : loaderOf(
          name,
          of.map((file) => path.join(PROJECT, file)),
        ),
  );
  const first = await runProcesses(paths, AT_A_TIME, output);
  const { files: failed, passed, skipped } = first.told;
  if (first.passed || failed.size === 0 || failed.size > AGAIN) return first.passed;
  output.write('\nOnce more, by itself, each file in which something failed:\n\n');
  const second = await runProcesses([...failed], 1, output);
  const mended = Math.max(first.told.failed - second.told.failed, 0);
  output.write(
    `\nOf all: ${passed + mended} passed, ${mended} of them the second time, ${second.told.failed} failed, ${skipped} skipped\n`,
  );
  return second.passed;
}

async function runProcesses(
  files: readonly string[],
  concurrency: number,
  output: NodeJS.WritableStream,
): Promise<{ readonly passed: boolean; readonly told: Told }> {
  let passed = false;
  const told: Told = { files: new Set(), passed: 0, failed: 0, skipped: 0 };
  const events = run({
    files,
    cwd: PROJECT,
    isolation: 'process',
    concurrency,
    timeout: TEST_MS,
    signal: AbortSignal.timeout(WHOLE_RUN_MS),
    execArgv: ['--no-experimental-ffi', '--disable-warning=ExperimentalWarning', `--import=${STILL_OPEN}`],
  });
  events.on('test:summary', ({ file, success }) => {
    if (file === undefined) passed = success;
  });
  const text = report(events as AsyncIterable<TestEvent>, PROJECT, told);
  await pipeline(Readable.from(text), output, { end: false });
  return { passed, told };
}

if (import.meta.main) {
  // Compiled code is kept between files and runs: most of the time of a short file is its start.
  process.env['NODE_COMPILE_CACHE'] ??= path.join(PROJECT, 'node_modules/.cache/weir');
  const asked = process.argv.slice(2);
  process.exitCode = (await runTests(testFiles(asked), process.stdout, asked.length < 2)) ? 0 : 1;
  process.exit();
}
