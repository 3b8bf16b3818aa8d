import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Session } from './session.ts';
import type { Command } from './session.ts';

const COMMAND: Command = {
  id: 'x',
  topic: 'commands/d/reboot',
  payload: new Uint8Array(),
  retain: 'no',
  contentType: null,
  expires: null,
};

test('Session.resume() restores what snapshot() wrote', () => {
  const session = new Session('d', 'c', 1, 60);
  session.received.add(9);
  session.subscriptions.set('commands/d/#', { filter: 'commands/d/#', qos: 1, id: null, retainAsPublished: true });
  session.inFlight.set(3, { packetId: 3, id: 'x', qos: 1, taken: false, command: COMMAND });
  session.inFlight.set(4, { packetId: 4, id: 'y', qos: 2, taken: true, command: null });
  session.queue.push(COMMAND);
  const again = Session.resume(session.snapshot(), 2, 30);
  assert.deepEqual(again.snapshot(), { ...session.snapshot(), generation: 2, expirySeconds: 30 });
});

test('nextPacketId() skips ids in flight and wraps after 65535', () => {
  const session = new Session('d', 'c', 1, 0);
  session.inFlight.set(2, { packetId: 2, id: 'x', qos: 1, taken: false, command: COMMAND });
  assert.equal(session.nextPacketId(), 1);
  assert.equal(session.nextPacketId(), 3);
  for (let i = 4; i <= 65_535; i++) assert.equal(session.nextPacketId(), i);
  assert.equal(session.nextPacketId(), 1);
});
