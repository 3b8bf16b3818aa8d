import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { OwnPorts } from './own-ports.ts';

test('ports are given to one at a time, below those of outgoing connections', async () => {
  await using first = await OwnPorts.claim(3);
  await using second = await OwnPorts.claim(3);
  assert.equal(new Set([...first.ports, ...second.ports]).size, 6);
  for (const port of first.ports) assert.ok(port >= 12_000 && port < 32_000, String(port));
});

test('a port on which somebody listens is passed over', async () => {
  const [port = 0] = await released();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  try {
    await using next = await OwnPorts.claim(1);
    assert.ok(!next.ports.includes(port));
  } finally {
    server.close();
  }
});

/** Ports that were claimed and are not any more. */
async function released(): Promise<readonly number[]> {
  await using claimed = await OwnPorts.claim(1);
  return claimed.ports;
}
