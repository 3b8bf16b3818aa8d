import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { listeningPorts, parseSockets } from './listening-ports.ts';

test('listeningPorts() has the ports that this process listens on, and how far they reach', async (t) => {
  if (process.platform !== 'linux') return t.skip('there is no /proc');
  const reach: [string, boolean][] = [
    ['127.0.0.1', true],
    ['0.0.0.0', false],
  ];
  for (const [host, loopback] of reach) {
    const server = createServer().listen(0, host);
    t.after(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const found = (await listeningPorts(process.pid))?.filter((one) => one.port === port);
    assert.deepEqual(found, [{ port, loopback }]);
    server.close();
    await once(server, 'close');
    assert.ok((await listeningPorts(process.pid))?.every((one) => one.port !== port));
  }
});

test('parseSockets() reads addresses of both kinds and passes over what does not listen', () => {
  const line = (local: string, state: string) =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000 100 0 0 10 0`;
  assert.deepEqual(
    parseSockets(
      [
        '  sl  local_address rem_address   st',
        line('0100007F:22B3', '0A'),
        line('00000000:22B4', '0A'),
        line('0100007F:22B5', '01'),
        line('00000000000000000000000001000000:22B6', '0A'),
        line('0000000000000000FFFF00000100007F:22B7', '0A'),
        line('00000000000000000000000000000000:22B8', '0A'),
      ].join('\n'),
    ).map(({ port, loopback, inode }) => [port, loopback, inode]),
    [
      [8883, true, '4711'],
      [8884, false, '4711'],
      [8886, true, '4711'],
      [8887, true, '4711'],
      [8888, false, '4711'],
    ],
  );
  assert.deepEqual(parseSockets('no table at all'), []);
});
