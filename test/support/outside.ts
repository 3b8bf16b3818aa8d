import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** What a test needs from the test runner: the context that `node:test` passes to the test's function. */
export interface SkippableTest {
  skip(reason?: string): void;
  todo(reason?: string): void;
}

/** The environment that decides where outside things are found; `process.env` unless a test says otherwise. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds a program on PATH for a test that cannot run without it.
 *
 * When it is absent the test is skipped with the reason and stops here; with `CI=true` it fails instead, unless
 * `WEIR_WITHOUT` names it among others that are left out, separated by commas.
 *
 * @param name the file name of the program, such as `openssl`
 * @returns the absolute path of the program
 * @throws {Error} to leave the test when the program is absent
 */
export function requireProgram(t: SkippableTest, name: string, environment: Environment = process.env): string {
  const found = findProgram(name, environment);
  if (found !== undefined) return found;
  const reason = `program ${name} is not on PATH`;
  // What a build server cannot have is said on purpose, and counted as skipped.
  const isLeftOut = (environment['WEIR_WITHOUT'] ?? '').split(',').includes(name);
  return absent(t, reason, isLeftOut ? {} : environment);
}

/**
 * Finds a Python 3 that has all the named modules: `WEIR_PYTHON` if set, else `python3` on PATH.
 *
 * When it is absent the test is skipped with the reason and stops here; with `CI=true` it fails instead.
 *
 * @param modules import names, such as `pyarrow` or `paho.mqtt`
 * @returns the absolute path of the interpreter
 * @throws {Error} to leave the test when the interpreter or a module is absent
 */
export function requirePython(t: SkippableTest, ...modules: readonly string[]): string {
  return requirePythonIn(process.env, t, modules);
}

/** `requirePython` under a given environment. */
export function requirePythonIn(environment: Environment, t: SkippableTest, modules: readonly string[]): string {
  const python = findProgram(environment['WEIR_PYTHON'] ?? 'python3', environment);
  if (python === undefined) return absent(t, 'program python3 is not on PATH', environment);
  // Finding the specification of a module does not run it, which for pandas saves a second per test.
  const script = 'import sys, importlib.util as u\nfor m in sys.argv[1:]:\n if u.find_spec(m) is None: print(m)';
  const probe = spawnSync(python, ['-c', script, ...modules], { encoding: 'utf8' });
  if (probe.status !== 0) return absent(t, `python modules ${modules.join(', ')} cannot be looked up`, environment);
  const missing = probe.stdout.split('\n').filter((line) => line !== '');
  if (missing.length > 0) return absent(t, `python has no module ${missing.join(', ')}`, environment);
  return python;
}

/**
 * Finds libraries of Java as Debian installs them: `<name>.jar` in `WEIR_JARS`, by default `/usr/share/java`.
 *
 * When one is absent the test is skipped with the reason and stops here; with `CI=true` it fails instead.
 *
 * @param names such as `bcpkix`
 * @returns the class path that holds all of them
 * @throws {Error} to leave the test when one is absent
 */
export function requireJars(
  t: SkippableTest,
  names: readonly string[],
  environment: Environment = process.env,
): string {
  const folder = environment['WEIR_JARS'] ?? '/usr/share/java';
  const files = names.map((name) => path.resolve(folder, `${name}.jar`));
  const missing = files.find((file) => !existsSync(file));
  return missing === undefined ? files.join(path.delimiter) : absent(t, `there is no ${missing}`, environment);
}

/**
 * Asks for an optional package of this project, which a machine without a compiler does not have.
 *
 * When it is absent the test is skipped with the reason and stops here; with `CI=true` it fails instead.
 *
 * @throws {Error} to leave the test when the package is absent
 */
export function requirePackage(t: SkippableTest, name: string, environment: Environment = process.env): void {
  try {
    createRequire(import.meta.url)(name);
  } catch {
    absent(t, `the optional package ${name} is not there or not built`, environment);
  }
}

/**
 * Finds a folder or file of the corpora: published test vectors (`standards/…`) and labelled data (`data/…`).
 *
 * The root is `WEIR_CORPORA`, by default the folder `shared` beside the project.
 * When the place is absent the test is skipped with the reason and stops here; with `CI=true` it fails instead.
 *
 * @param place a relative path with forward slashes, such as `standards/parquet-encryption` or `data/skab`
 * @returns the absolute path of the place
 * @throws {Error} to leave the test when the place is absent
 */
export function corpora(t: SkippableTest, place: string, environment: Environment = process.env): string {
  const root = path.resolve(PROJECT, environment['WEIR_CORPORA'] ?? '../shared');
  const found = path.join(root, place);
  return existsSync(found)
    ? found
    : absent(t, `corpora have no ${place} (set WEIR_CORPORA to their folder)`, environment);
}

const PROJECT = path.resolve(import.meta.dirname, '../..');

/** Looks a program up as a shell would; a name with a slash is taken as a path. */
function findProgram(name: string, environment: Environment): string | undefined {
  const folders = name.includes('/') ? [''] : (environment['PATH'] ?? '').split(path.delimiter);
  // Administration programs such as mosquitto live in sbin, which is not on the PATH of ordinary users.
  const candidates = [...folders, ...(name.includes('/') ? [] : ['/usr/sbin', '/usr/local/sbin'])];
  return candidates.map((folder) => path.resolve(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function absent(t: SkippableTest, reason: string, environment: Environment): never {
  if (environment['CI'] === 'true') throw new Error(`CI has everything installed, yet ${reason}`);
  // The runner counts a test that was marked as skipped and then throws as skipped: so no caller can run on without it.
  // Its parent would count it as failed all the same, unless it is marked as to do as well.
  t.todo(reason);
  t.skip(reason);
  throw new Error(reason);
}
