import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { testCustody } from '../../../test/conformance/custody.ts';
import { startTransit, startTransitEngine } from '../../../test/support/transit-server.ts';
import type { TransitServer } from '../../../test/support/transit-server.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { FolderCustody } from './folder-custody.ts';
import { createTransitRoot, openTransitRoot } from './transit-root.ts';
import type { TransitPlace } from './transit-root.ts';

const KEY = 'weir-root';
const placeAt = ({ url }: TransitServer): TransitPlace => ({ kind: 'transit', url, mount: 'transit', key: KEY });

function testTransit(name: string, start: (t: TestContext) => Promise<TransitServer | null>): void {
  testCustody(name, async (t) => {
    const server = await start(t);
    if (server === null) throw new Error('no server');
    const folder = await temporaryFolder(t);
    await (await createTransitRoot(placeAt(server), server.token))[Symbol.asyncDispose]();
    return { open: async () => new FolderCustody(await openTransitRoot(placeAt(server), server.token), folder) };
  });
}

testTransit('custody in a transit engine', startTransit);
// The engine's own code, where somebody has built it: it says what the stand-in has to say.
if (process.env['WEIR_TRANSIT_ENGINE'] !== undefined) {
  testTransit('custody in the transit engine itself', startTransitEngine);
}

test('openTransitRoot() tells a wrong token, a missing key and a missing server apart', async (t) => {
  const server = await startTransit(t);
  const place = placeAt(server);
  await assert.rejects(openTransitRoot(place, 'wrong'), { code: 'KEYS_PIN_WRONG' });
  await assert.rejects(openTransitRoot(place, server.token), { code: 'KEYS_ROOT_MISSING' });
  await createTransitRoot(place, server.token);
  await assert.rejects(createTransitRoot(place, server.token), { code: 'KEYS_ROOT_EXISTS' });
  const gone = { ...place, url: 'http://127.0.0.1:1' };
  await assert.rejects(openTransitRoot(gone, server.token), { code: 'KEYS_CUSTODY_UNAVAILABLE' });
  const plain = { ...place, url: 'http://vault.example:8200' };
  await assert.rejects(openTransitRoot(plain, server.token), { code: 'KEYS_CUSTODY_UNAVAILABLE', message: /TLS/ });
});

test('destroyGeneration() goes from the oldest on, as the engine does', async (t) => {
  const server = await startTransit(t);
  await using root = await createTransitRoot(placeAt(server), server.token);
  await root.rotate();
  await root.rotate();
  await assert.rejects(root.destroyGeneration(2), { code: 'KEYS_VERSION_NEEDED', message: /older/ });
  await root.destroyGeneration(1);
  assert.deepEqual(root.generations, [2, 3]);
});

test('an answer that is no ciphertext is not taken for one', async (t) => {
  const server = createServer((request, response) => {
    const data =
      request.method === 'GET'
        ? { latest_version: 1, min_decryption_version: 1, min_available_version: 0 }
        : { ciphertext: 'trust me' };
    response.end(JSON.stringify({ data }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const root = await openTransitRoot({ kind: 'transit', url, mount: 'transit', key: KEY }, 'any');
  await assert.rejects(root.seal('x', new Uint8Array(32)), { code: 'KEYS_CUSTODY_UNAVAILABLE' });
});
