import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** One step of the gate: a program of the project and its arguments. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const BIN = path.resolve(import.meta.dirname, '../node_modules/.bin');

/** Everything that has to hold before a commit, quickest first; the slow end-to-end tests are left to `npm test`. */
export const STEPS: readonly Step[] = [
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', '.'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  ...['layers', 'pairs', 'errors', 'dependencies', 'docs'].map((name) => ({
    name,
    command: ['node', '--disable-warning=ExperimentalWarning', `tools/check-${name}.ts`],
  })),
  { name: 'tests', command: ['node', 'tools/run-tests.ts', 'fast'] },
];

/**
 * Runs all steps, also after one has failed, and tells which held.
 *
 * @returns the names of the steps that failed
 */
export function runSteps(steps: readonly Step[], print: (line: string) => void): string[] {
  const failed: string[] = [];
  for (const { name, command } of steps) {
    const started = performance.now();
    const [program = '', ...args] = command;
    const run = spawnSync(programOf(program), args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    const took = ((performance.now() - started) / 1000).toFixed(1);
    print(`${run.status === 0 ? 'ok  ' : 'FAIL'} ${name} (${took} s)`);
    if (run.status === 0) continue;
    failed.push(name);
    // Some tools colour what they print even into a file.
    print(stripVTControlCharacters(run.error?.message ?? `${run.stdout}${run.stderr}`).trimEnd());
  }
  return failed;
}

/** Where a program of the project is. Node is the one that runs this: npm 10 makes no link to the pinned one. */
export function programOf(name: string): string {
  return name === 'node' ? process.execPath : path.join(BIN, name);
}

if (import.meta.main) {
  const only = process.argv.slice(2);
  const steps = STEPS.filter((step) => only.length === 0 || only.includes(step.name));
  const failed = runSteps(steps, (line) => console.log(line));
  console.log(failed.length === 0 ? 'check: all steps hold' : `check: ${failed.join(', ')} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
