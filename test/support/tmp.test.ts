import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { disposableFolder, temporaryFolder } from './tmp.ts';

test('temporaryFolder() is removed with its contents by the clean-up that it registers', async () => {
  const cleanUps: (() => Promise<void>)[] = [];
  const folder = await temporaryFolder({ after: (cleanUp) => void cleanUps.push(cleanUp) });
  assert.ok(statSync(folder).isDirectory());
  writeFileSync(path.join(folder, 'file'), 'x');
  for (const cleanUp of cleanUps) await cleanUp();
  assert.equal(existsSync(folder), false);
});

test('disposableFolder() is removed at the end of its block', async () => {
  let seen: string;
  {
    await using folder = await disposableFolder();
    seen = folder.path;
    writeFileSync(path.join(seen, 'file'), 'x');
  }
  assert.equal(existsSync(seen), false);
});
