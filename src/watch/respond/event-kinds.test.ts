import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, formatTechnique } from '#declare/template/index.ts';
import { EVENT_KINDS, eventKind } from './event-kinds.ts';

test('kinds of steps are of actions that the log has, and of techniques that there are', () => {
  for (const { action, techniques = [] } of EVENT_KINDS) {
    assert.ok(EVENTS.includes(action), action);
    for (const id of techniques) assert.notEqual(formatTechnique(id), id, `${action} ${id}`);
  }
});

test('eventKind() takes the first that fits, and none for what the platform does by itself', () => {
  const said = (action: string, outcome: string, reason: string | null = null) => {
    const kind = eventKind({ action, outcome, reason });
    return kind === null ? null : [kind.severity, kind.techniques ?? []];
  };
  assert.deepEqual(said('command', 'denied'), ['medium', ['T0855']]);
  assert.deepEqual(said('command', 'allowed'), ['low', []]);
  assert.deepEqual(said('refuse-readings', 'denied', 'replay'), ['low', ['T0856']]);
  assert.deepEqual(said('refuse-readings', 'denied', 'range'), ['low', []]);
  assert.equal(said('connect', 'allowed'), null);
  assert.equal(said('seal-segment', 'done'), null);
});
