import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { startTestServer } from './testing.ts';

test('startTestServer() shows a certificate of its identity', async (t) => {
  const { url, authority } = await startTestServer(t, 'mqtts', (socket) => socket.end('hello'));
  const socket = connect({ host: url.hostname, port: Number(url.port), servername: 'localhost', ca: authority });
  await once(socket, 'secureConnect');
  assert.ok(socket.authorized);
  const [data] = (await once(socket, 'data')) as [Buffer];
  assert.equal(String(data), 'hello');
});
