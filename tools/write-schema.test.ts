import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PROJECT_ROOT } from './project.ts';
import { SCHEMA_FILE, schemaText } from './write-schema.ts';

test('schemaText() says what the schema file says; node tools/write-schema.ts writes it anew', () => {
  const written: unknown = JSON.parse(readFileSync(path.join(PROJECT_ROOT, SCHEMA_FILE), 'utf8'));
  assert.deepEqual(written, JSON.parse(schemaText()));
});
