import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginTrail, follow, MOST_NAMED, showTrail } from './event-trail.ts';
import { logEvent } from './log-event.ts';
import { entryAt } from './testing.ts';

test('an event trail keeps the first and the latest, and names people and not parts of the platform', () => {
  const trail = beginTrail();
  for (let i = 0; i < 100; i++) {
    follow(trail, logEvent(entryAt(i, { actor: i % 2 === 0 ? `person:p${i}` : 'weir:gateway' }, i)));
  }
  const { events, total, actors } = showTrail(trail);
  assert.deepEqual([events.map(({ index }) => index), total], [[0, 1, 2, 3, 92, 93, 94, 95, 96, 97, 98, 99], 100]);
  assert.equal(actors.length, MOST_NAMED);
  assert.ok(actors.every((actor) => actor.startsWith('person:')));
});
