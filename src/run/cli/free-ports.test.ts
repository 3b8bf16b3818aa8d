import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { OwnPorts } from '../../../test/support/own-ports.ts';
import { freePorts } from './free-ports.ts';

test('freePorts() takes any port in place of one that is taken', async (t) => {
  await using own = await OwnPorts.claim(1);
  const [port = 0] = own.ports;
  const server = createServer().listen(port, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  const template = makeTemplate(`listen: { mqtt: ${port}, https: 0, api: 0 }\n`);
  assert.deepEqual(await freePorts(template), { mqtt: 0, https: 0, api: 0 });
  server.close();
  await once(server, 'close');
  assert.equal((await freePorts(template)).mqtt, port);
});
