import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { startTransit } from '../../../test/support/transit-server.ts';
import { createFileCustody } from './file-custody.ts';
import { MovingRoot } from './moving-root.ts';
import { createTransitRoot } from './transit-root.ts';

test('MovingRoot seals with the new root key, opens what either sealed, and tells them apart', async (t) => {
  const from = await createFileCustody(await temporaryFolder(t), { demo: true }, { clock, random });
  const server = await startTransit(t);
  const place = { kind: 'transit', url: server.url, mount: 'transit', key: 'weir-root' } as const;
  const to = await createTransitRoot(place, server.token);
  const secret = random.bytes(32);
  const old = await from.seal('x', secret);
  await using moving = new MovingRoot(from, to);
  const fresh = await moving.seal('x', secret);
  assert.deepEqual([moving.generationOf(old), moving.generationOf(fresh)], [0, 1]);
  for (const sealed of [old, fresh]) assert.deepEqual(new Uint8Array(await moving.open('x', sealed)), secret);
  await assert.rejects(moving.open('y', old), { code: 'KEYS_CUSTODY_DAMAGED' });
  assert.deepEqual([moving.kind, moving.loopbackOnly, moving.generations], ['transit', false, [1]]);
  await assert.rejects(moving.rotate(), { code: 'KEYS_MOVE_UNFINISHED' });
  await assert.rejects(moving.destroyGeneration(), { code: 'KEYS_MOVE_UNFINISHED' });
});
