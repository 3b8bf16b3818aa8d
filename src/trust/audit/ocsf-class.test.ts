import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ocsfActivity } from './ocsf-class.ts';

const CASES: readonly [action: string, resource: string, uid: number, id: number, name: string][] = [
  ['query', 'view:climate', 6005, 4, 'Query'],
  ['seal-segment', 'stream:climate', 6005, 5, 'Write'],
  ['enrol', 'device:truck-7', 3004, 6, 'Enroll'],
  ['disable', 'device:truck-7', 3004, 9, 'Disable'],
  ['add-user', 'person:4f1c', 3004, 1, 'Create'],
  ['connect', 'listener:mqtt', 3002, 1, 'Logon'],
  ['start', 'weir:gateway', 6002, 3, 'Start'],
  ['rotate-key', 'key:epoch', 6003, 3, 'Update'],
  ['use-key', 'key:domain', 6003, 2, 'Read'],
  ['grok', 'thing', 6003, 99, 'grok'],
  ['constructor', '__proto__:x', 6003, 99, 'constructor'],
];

test('ocsfActivity() finds class and activity, and leaves nothing out', () => {
  for (const [action, resource, uid, id, name] of CASES) {
    const activity = ocsfActivity(action, resource);
    assert.deepEqual([activity.class.uid, activity.id, activity.name], [uid, id, name], action);
  }
});
