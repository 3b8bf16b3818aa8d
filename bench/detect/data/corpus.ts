import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const ROOT = path.resolve(import.meta.dirname, '../../..', process.env['WEIR_CORPORA'] ?? '../shared', 'data');

/**
 * The place of a file or folder of the labelled data.
 *
 * @throws {Error} if it is not there
 */
export function dataPath(...names: string[]): string {
  const found = path.join(ROOT, ...names);
  if (!existsSync(found)) throw new Error(`there is no ${found}: set WEIR_CORPORA to the folder of the corpora`);
  return found;
}

/** The text of a file, unpacked where its name ends in `.gz`. */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
