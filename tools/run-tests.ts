import { spawnSync } from 'node:child_process';
import path from 'node:path';

const PROJECT = path.resolve(import.meta.dirname, '..');

/** The run is given up after this, whatever still runs. */
const WHOLE_RUN_MS = 20 * 60_000;

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

/**
 * The arguments of Node for a set of tests or for named files.
 *
 * @param selection the name of a set, or paths and patterns of test files; nothing means `all`
 */
export function testArguments(selection: readonly string[]): string[] {
  const [first, ...rest] = selection;
  const set = first === undefined ? TEST_SETS['all'] : Object.hasOwn(TEST_SETS, first) ? TEST_SETS[first] : undefined;
  // A set followed by files means these files only: `npm test -- src/flow/store/**` puts them after the set's name.
  const files = set === undefined ? selection : rest.length > 0 ? rest : set;
  return [
    '--no-experimental-ffi',
    '--disable-warning=ExperimentalWarning',
    '--test',
    // Two files at a time suits two cores; more would disturb those that watch the clock.
    '--test-concurrency=2',
    // Ends a test that hangs, with its name, long before a build server would give up on the whole run,
    // and a file that keeps a handle open after its last test, which would otherwise hold the run for ever.
    '--test-timeout=300000',
    '--test-force-exit',
    `--test-reporter=${path.join(PROJECT, 'tools/test-reporter.ts')}`,
    ...files,
  ];
}

if (import.meta.main) {
  const args = testArguments(process.argv.slice(2));
  const run = spawnSync(process.execPath, args, { cwd: PROJECT, stdio: 'inherit', timeout: WHOLE_RUN_MS });
  process.exitCode = run.status ?? 1;
}
