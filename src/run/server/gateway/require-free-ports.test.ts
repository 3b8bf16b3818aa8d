import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { OwnPorts } from '../../../../test/support/own-ports.ts';
import { requireFreePorts } from './require-free-ports.ts';

test('requireFreePorts() names a port that another program has, also where it would share it', async () => {
  await using own = await OwnPorts.claim(1);
  const [port = 0] = own.ports;
  const server = createServer().listen({ host: '127.0.0.1', port, reusePort: true });
  await once(server, 'listening');
  await assert.rejects(requireFreePorts('127.0.0.1', { mqtt: port, https: 0, api: 0 }), {
    code: 'SERVER_PORT_IN_USE',
    message: new RegExp(`mqtt on 127.0.0.1:${port}`),
    hint: /--mqtt-port N/,
  });
  server.close();
  await once(server, 'close');
  await requireFreePorts('127.0.0.1', { mqtt: port, https: 0, api: 0 });
});
