import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { apiDescription } from '#run/server/index.ts';
import { PROJECT_ROOT } from './project.ts';

/** Where the description of the API lies for those who have no running platform. */
export const OPENAPI_FILE = 'schema/openapi.json';

/** The text of that file, before it is formatted like all others. */
export async function openApiText(): Promise<string> {
  return `${JSON.stringify(await apiDescription(), null, 2)}\n`;
}

if (import.meta.main) {
  const file = path.join(PROJECT_ROOT, OPENAPI_FILE);
  writeFileSync(file, await openApiText());
  spawnSync(path.join(PROJECT_ROOT, 'node_modules/.bin/oxfmt'), [file], { stdio: 'inherit' });
}
