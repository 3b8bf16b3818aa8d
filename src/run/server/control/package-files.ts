import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder, which holds `templates/`. */
export const PACKAGE_ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/**
 * Where Node keeps compiled code of the program between starts: each process then starts in half the time. It lies
 * among the program's own files and is written by those who may write them; a process that may not goes without.
 */
export const CODE_CACHE = join(PACKAGE_ROOT, 'node_modules', '.cache', 'weir');

/** The version of the running program. */
export const packageVersion: string = (
  JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string }
).version;
