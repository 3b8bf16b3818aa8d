import assert from 'node:assert/strict';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { startTransit } from '../../../test/support/transit-server.ts';
import { createFileCustody } from './file-custody.ts';
import { beginMove, createPlacedCustody, openCustody } from './open-custody.ts';
import type { CustodySecrets } from './open-custody.ts';

const sources = { clock, random };
const secret = Uint8Array.from({ length: 32 }, (_, at) => at);

function secretsOf(token: string, passphrase = 'lantern orbit quarry'): CustodySecrets {
  return { passphrase: async () => passphrase, pin: async () => '', token: async () => token };
}

test('beginMove() takes what is kept from a file to a server and back, and leaves no old root file', async (t) => {
  const [folder, server] = [await temporaryFolder(t), await startTransit(t)];
  const secrets = secretsOf(server.token);
  {
    await using custody = await createFileCustody(folder, { demo: true }, sources);
    await custody.keep('epoch-1', secret);
  }
  const target = { kind: 'transit', url: server.url, mount: 'transit' } as const;
  for (const [to, kind] of [
    [target, 'transit'],
    [{ kind: 'passphrase' }, 'passphrase'],
  ] as const) {
    {
      await using moving = await beginMove(folder, to, secrets, secrets, sources);
      assert.deepEqual(new Uint8Array((await moving.fetch('epoch-1')) ?? []), secret);
      assert.equal(await moving.countKept(0), 1);
      assert.equal(await moving.resealKept(), 1);
      assert.equal(await moving.countKept(0), 0);
      assert.equal(moving.target !== null, kind === 'passphrase');
      await moving.finish();
    }
    assert.deepEqual((await readdir(folder)).sort(), ['root.json', 'secrets']);
    await using custody = await openCustody(folder, secrets, random);
    assert.equal(custody.kind, kind);
    assert.deepEqual(new Uint8Array((await custody.fetch('epoch-1')) ?? []), secret);
  }
});

test('a move that was cut off opens nothing by mistake, and goes on where it stopped', async (t) => {
  const [folder, server] = [await temporaryFolder(t), await startTransit(t)];
  const secrets = secretsOf(server.token);
  const target = { kind: 'transit', url: server.url, mount: 'transit' } as const;
  {
    await using custody = await createFileCustody(folder, { demo: true }, sources);
    for (const name of ['epoch-1', 'epoch-2']) await custody.keep(name, secret);
  }
  const before = await readFile(join(folder, 'root.json'));
  await (await beginMove(folder, target, secrets, secrets, sources))[Symbol.asyncDispose]();
  await assert.rejects(openCustody(folder, secrets, random), { code: 'KEYS_MOVE_UNFINISHED' });
  assert.deepEqual(await readFile(join(folder, 'root.from.json')), before);
  await using moving = await beginMove(folder, target, secrets, secrets, sources);
  await assert.rejects(moving.rotate(), { code: 'KEYS_MOVE_UNFINISHED' });
  assert.equal(await moving.resealKept(), 2);
  await moving.finish();
  await using custody = await openCustody(folder, secrets, random);
  assert.deepEqual(new Uint8Array((await custody.fetch('epoch-2')) ?? []), secret);
});

test('beginMove() changes nothing where the old key does not open, the new one cannot be made, or it is there already', async (t) => {
  const [folder, server] = [await temporaryFolder(t), await startTransit(t)];
  const target = { kind: 'transit', url: server.url, mount: 'transit' } as const;
  const secrets = secretsOf(server.token);
  await assert.rejects(beginMove(folder, target, secrets, secrets, sources), { code: 'KEYS_ROOT_MISSING' });
  await (await createFileCustody(folder, { demo: true }, sources))[Symbol.asyncDispose]();
  const before = await readFile(join(folder, 'root.json'));
  const wrong = secretsOf('wrong', 'short');
  await assert.rejects(beginMove(folder, target, secrets, wrong, sources), { code: 'KEYS_PIN_WRONG' });
  await assert.rejects(beginMove(folder, { kind: 'passphrase' }, secrets, secrets, sources), {
    code: 'KEYS_ROOT_EXISTS',
  });
  assert.deepEqual(await readFile(join(folder, 'root.json')), before);
  assert.deepEqual((await readdir(folder)).sort(), ['root.json', 'secrets']);
});

test('createPlacedCustody() begins elsewhere, once', async (t) => {
  const [folder, server] = [await temporaryFolder(t), await startTransit(t)];
  const target = { kind: 'transit', url: server.url, mount: 'transit' } as const;
  const secrets = secretsOf(server.token);
  await rm(folder, { recursive: true });
  {
    await using custody = await createPlacedCustody(folder, target, secrets, sources);
    await custody.keep('epoch-1', secret);
  }
  await assert.rejects(createPlacedCustody(folder, target, secrets, sources), { code: 'KEYS_ROOT_EXISTS' });
  await using custody = await openCustody(folder, secrets, random);
  assert.deepEqual(new Uint8Array((await custody.fetch('epoch-1')) ?? []), secret);
});
