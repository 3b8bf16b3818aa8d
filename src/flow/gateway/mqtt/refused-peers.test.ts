import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplexPair } from 'node:stream';
import { ReasonCode } from './reason-code.ts';
import { RefusedPeers } from './refused-peers.ts';
import { RawClient, connectPacket } from './testing.ts';

function refused(peers = new RefusedPeers()): RawClient {
  const [ours, theirs] = duplexPair();
  peers.take(theirs, ReasonCode.NotAuthorized);
  return new RawClient(ours);
}

test('RefusedPeers says not authorised in the words of the version', async () => {
  const five = refused();
  five.send(connectPacket());
  assert.equal((await five.next('connack')).reasonCode, 0x87);
  await five.close();
  const four = refused();
  four.send(connectPacket({ protocolVersion: 4 }));
  assert.equal((await four.next('connack')).returnCode, 5);
});

test('RefusedPeers closes on anything else, and keeps few waiting', async () => {
  const other = refused();
  other.bytes(0xc0, 0);
  await other.close();
  const peers = new RefusedPeers();
  const many = Array.from({ length: 300 }, () => refused(peers));
  assert.equal(peers.waiting, 256);
  await many[299]!.close();
  for (const client of many) client.socket.destroy();
});
