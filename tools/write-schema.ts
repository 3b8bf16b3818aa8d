import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { templateJsonSchema } from '#declare/template/index.ts';
import { PROJECT_ROOT } from './project.ts';

/** Where editors find the JSON Schema of templates. */
export const SCHEMA_FILE = 'schema/template.schema.json';

/** The text of that file. */
export function schemaText(): string {
  return `${JSON.stringify(templateJsonSchema(), null, 2)}\n`;
}

if (import.meta.main) writeFileSync(path.join(PROJECT_ROOT, SCHEMA_FILE), schemaText());
