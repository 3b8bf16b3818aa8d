import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { isBetween } from './connection-ends.ts';

const SOCKET = { remoteAddress: '::ffff:127.0.0.1', remotePort: 5, localAddress: '::ffff:127.0.0.1', localPort: 8883 };
const ENDS = { client: { address: '127.0.0.1', port: 5 }, server: { address: '127.0.0.1', port: 8883 } };

test('isBetween() wants all four of addresses and ports, mapped into IPv6 or not', () => {
  const of = (socket: Partial<Socket>) => isBetween({ ...SOCKET, ...socket } as Socket, ENDS);
  assert.equal(of({}), true);
  for (const other of [
    { remoteAddress: '127.0.0.2' },
    { remotePort: 6 },
    { localAddress: '127.0.0.2' },
    { localPort: 8443 },
    { remoteAddress: undefined },
  ]) {
    assert.equal(of(other as Partial<Socket>), false, JSON.stringify(other));
  }
});
