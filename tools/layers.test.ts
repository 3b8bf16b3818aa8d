import assert from 'node:assert/strict';
import { builtinModules } from 'node:module';
import { test } from 'node:test';

import { GUARDED_BUILTINS, ROOMS, STRANGERS } from './layers.ts';

test('ROOMS names each room once, and the other tables name only rooms of it', () => {
  assert.equal(new Set(ROOMS).size, ROOMS.length);
  const wings = ROOMS.map((room) => room.split('/')[0]);
  for (const [room, strangers] of Object.entries(STRANGERS)) {
    for (const stranger of Object.keys(strangers)) assert.ok(ROOMS.indexOf(stranger) < ROOMS.indexOf(room), stranger);
  }
  for (const { rooms } of Object.values(GUARDED_BUILTINS)) {
    for (const room of rooms) assert.ok(ROOMS.includes(room) || wings.includes(room), room);
  }
});

test('GUARDED_BUILTINS names modules that exist', () => {
  const names = new Set(builtinModules.map((name) => name.replace(/^(?!node:)/, 'node:')));
  // This module exists only while its flag is on, and the project turns it off.
  names.add('node:ffi');
  assert.deepEqual(
    Object.keys(GUARDED_BUILTINS).filter((name) => !names.has(name)),
    [],
  );
});
