import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { directorySource, urlSource } from './log-source.ts';

test('directorySource() reads files, has null for none, and refuses folders and what is too long', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(path.join(folder, 'tile'));
  await writeFile(path.join(folder, 'checkpoint'), 'text');
  const source = directorySource(folder);
  assert.deepEqual(await source.read('checkpoint'), new TextEncoder().encode('text'));
  assert.equal(await source.read('none'), null);
  assert.equal(await source.read('checkpoint/below'), null);
  await assert.rejects(source.read('tile'), { code: 'AUDIT_SOURCE_UNREADABLE' });
  await assert.rejects(source.read('checkpoint', 3), { code: 'AUDIT_SOURCE_UNREADABLE' });
});

test('urlSource() reads over HTTP with its headers, has null for 404, and bounds what it reads', async (t) => {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== 'Bearer x') return response.writeHead(403).end();
    if (request.url === '/log/checkpoint') return response.end('text');
    if (request.url === '/log/endless') {
      const pour = () => {
        while (response.write(Buffer.alloc(1024)));
      };
      response.on('drain', pour);
      return pour();
    }
    return response.writeHead(404).end('nothing');
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const prefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/`;
  const source = urlSource(prefix, { headers: { authorization: 'Bearer x' } });
  assert.deepEqual(await source.read('checkpoint'), new TextEncoder().encode('text'));
  assert.equal(await source.read('none'), null);
  await assert.rejects(source.read('endless', 10_000), { code: 'AUDIT_SOURCE_UNREADABLE' });
  await assert.rejects(urlSource(prefix).read('checkpoint'), { code: 'AUDIT_SOURCE_UNREADABLE' });
  await assert.rejects(urlSource('http://127.0.0.1:1').read('checkpoint'), { code: 'AUDIT_SOURCE_UNREADABLE' });
});
