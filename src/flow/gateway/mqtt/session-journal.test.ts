import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoverSessions } from './session-event.ts';
import { recordChange, recordEnd, recordState } from './session-journal.ts';
import { Session } from './session.ts';
import { FakeIngest } from './testing.ts';

test('a session that ends with its connection leaves nothing in the journal', () => {
  const ingest = new FakeIngest();
  const session = new Session('d', 'c', 1, 0);
  assert.equal(recordState(ingest, session), 0);
  recordChange(ingest, session, { kind: 'received', generation: 1, packetId: 1 });
  assert.deepEqual([ingest.sessions, session.recorded], [[], false]);
});

test('a session of which something was not kept is recorded whole with its next change', () => {
  const ingest = new FakeIngest();
  const session = new Session('d', 'c', 1, 60);
  assert.equal(recordState(ingest, session), ingest.sessions[0]?.event.length);
  ingest.sessions.length = 0;
  session.stale = true;
  session.received.add(4);
  recordChange(ingest, session, { kind: 'received', generation: 1, packetId: 4 });
  assert.deepEqual(recoverSessions(ingest.sessions)[0]?.received, [4]);
  recordEnd(ingest, session.key, 1);
  assert.deepEqual(recoverSessions(ingest.sessions), []);
});
