import { join } from 'node:path';
import { folderReader } from '#declare/template/index.ts';
import { PACKAGE_ROOT } from './package-files.ts';

const TEMPLATES = join(PACKAGE_ROOT, 'templates');

/** Reads templates that come with the package; all else reads as absent. */
export const packageFile: (path: string) => string | null = folderReader(TEMPLATES, TEMPLATES);
