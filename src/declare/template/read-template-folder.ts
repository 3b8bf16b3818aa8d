import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { ReadSource } from './follow-extends.ts';
import { PACKAGE_FOLDER } from './source-path.ts';

/** Files larger than this are not read; the parser's own bounds are lower. */
const MAX_FILE_BYTES = 4 * 1_048_576;

/**
 * A reader of the files beside a template and of the templates that come with the package. Links are followed only
 * where they stay inside; anything that is no plain file of a template's size reads as absent.
 *
 * @param folder folder of the template
 * @param packageTemplates folder that holds `industry/`
 */
export function folderReader(folder: string, packageTemplates: string): ReadSource {
  return (path) => readInside(path.startsWith(PACKAGE_FOLDER) ? packageTemplates : folder, path);
}

function readInside(folder: string, path: string): string | null {
  try {
    const root = realpathSync(folder);
    const file = realpathSync(join(root, path));
    if (!file.startsWith(root + sep)) return null;
    const { size } = statSync(file);
    return size > MAX_FILE_BYTES || !statSync(file).isFile() ? null : readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
