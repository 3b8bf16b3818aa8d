import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBackupWorld } from './testing.ts';

test('tryTargets() tells what is wrong with a target, and nothing of one that is sound', async (t) => {
  const { keeper, place, add, backUp, trust, segments } = await openBackupWorld(t);
  assert.deepEqual(await keeper.trial(), []);
  const segment = await add('s1');
  await backUp();
  const [sound] = await keeper.trial();
  assert.deepEqual(
    [sound?.problem, sound?.damaged, sound?.flipFound, sound?.destroyedKeys, sound?.behindHours],
    [null, [], true, [], null],
  );
  assert.ok((sound?.ageHours ?? 9) < 1 && (sound?.sampled ?? 0) > 2);
  const file = join(place, segment.objectKey);
  const bytes = await readFile(file);
  await writeFile(file, bytes.toReversed());
  assert.deepEqual(
    (await keeper.trial())[0]?.damaged.filter((key) => key === segment.objectKey),
    [segment.objectKey],
  );
  await writeFile(file, bytes);
  // Shredded here, and the target has not heard of it.
  await trust.keys.lifecycle.shred('test');
  assert.deepEqual((await keeper.trial())[0]?.destroyedKeys, ['secrets/epoch-1.key']);
  await rm(place, { recursive: true });
  assert.equal((await keeper.trial())[0]?.problem, 'BACKUP_MISSING');
  assert.equal((await segments.active()).length, 1);
});
