import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openAuditLog, silentLog, testEvent, testKey, TEST_ORIGIN } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { Witness } from './witness.ts';
import { witnessHandler } from './witness-http.ts';
import { formatAddCheckpoint } from './witness-request.ts';

test('witnessHandler() answers with the status codes of the specification', async (t) => {
  const { log, keys } = await openAuditLog(t);
  await log.append(testEvent(0));
  const { note } = await log.flush();
  const folder = await temporaryFolder(t);
  await using witness = await Witness.open({
    directory: folder,
    name: 'witness.example/w1',
    signers: [testKey('ed25519', 5)],
    logs: [{ origin: TEST_ORIGIN, keys }],
    clock: frozenClock(),
  });
  const server = createServer(witnessHandler(witness, silentLog));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (body: string | Uint8Array<ArrayBuffer>) => fetch(`${base}/add-checkpoint`, { method: 'POST', body });
  const body = formatAddCheckpoint({ oldSize: 0, proof: [], note });
  const checkpoint = `${base}/${sha256Hex(TEST_ORIGIN)}/checkpoint`;

  assert.equal((await fetch(checkpoint)).status, 404);
  assert.equal((await fetch(`${base}/add-checkpoint`)).status, 405);
  assert.equal((await fetch(`${base}/other`)).status, 404);
  assert.equal((await post('hello')).status, 400);
  assert.equal((await post(new Uint8Array([0xff, 0xfe]))).status, 400);
  assert.equal((await post(body.replaceAll(TEST_ORIGIN, 'other'))).status, 404);
  assert.equal((await post(body.replace('\n1\n', '\n2\n'))).status, 403);
  assert.equal((await post(formatAddCheckpoint({ oldSize: 0, proof: [new Uint8Array(32)], note }))).status, 422);
  const conflict = await post(formatAddCheckpoint({ oldSize: 1, proof: [], note }));
  assert.deepEqual(
    [conflict.status, conflict.headers.get('content-type'), await conflict.text()],
    [409, 'text/x.tlog.size', '0\n'],
  );
  const cosigned = await post(body);
  const line = await cosigned.text();
  assert.equal(cosigned.status, 200);
  assert.match(line, /^\u2014 witness\.example\/w1 [A-Za-z0-9+/=]+\n$/);
  assert.equal(await (await fetch(checkpoint)).text(), note + line);
  // A body without end is cut off: the answer or the end of the connection, whichever comes first.
  const flood = await post(new Uint8Array(1_000_000)).then(
    (response) => response.status,
    () => 400,
  );
  assert.equal(flood, 400);
});

test('witnessHandler() answers 503 where its state cannot be written', async (t) => {
  const { log, keys } = await openAuditLog(t);
  const folder = await temporaryFolder(t);
  await using witness = await Witness.open({
    directory: folder,
    name: 'w1',
    signers: [testKey('ed25519', 5)],
    logs: [{ origin: TEST_ORIGIN, keys }],
    clock: frozenClock(),
  });
  await writeFile(path.join(folder, 'tmp'), 'a file where a folder is needed');
  const server = createServer(witnessHandler(witness, silentLog));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/add-checkpoint`;
  const body = formatAddCheckpoint({ oldSize: 0, proof: [], note: log.checkpoint.note });
  assert.equal((await fetch(url, { method: 'POST', body })).status, 503);
});
