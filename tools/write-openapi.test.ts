import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PROJECT_ROOT } from './project.ts';
import { OPENAPI_FILE, openApiText } from './write-openapi.ts';

test('openApiText() says what the file says; node tools/write-openapi.ts writes it anew', async () => {
  const written: unknown = JSON.parse(readFileSync(path.join(PROJECT_ROOT, OPENAPI_FILE), 'utf8'));
  assert.deepEqual(written, JSON.parse(await openApiText()));
});
