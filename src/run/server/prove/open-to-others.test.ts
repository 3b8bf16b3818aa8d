import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { openToOthers } from './open-to-others.ts';

test('openToOthers() names what group or others have rights to', async (t) => {
  const base = await temporaryFolder(t);
  await mkdir(join(base, 'keys', 'secrets'), { recursive: true, mode: 0o700 });
  for (const [name, mode] of [
    ['keys/a', 0o600],
    ['keys/b', 0o640],
    ['keys/secrets/c', 0o604],
  ] as const) {
    await writeFile(join(base, name), '');
    await chmod(join(base, name), mode);
  }
  assert.deepEqual(await openToOthers([join(base, 'keys'), join(base, 'none')], base), ['keys/b', 'keys/secrets/c']);
  await chmod(join(base, 'keys'), 0o750);
  assert.equal((await openToOthers([join(base, 'keys')], base))[0], 'keys');
});
