import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginTrail, follow } from './event-trail.ts';
import { logEvent } from './log-event.ts';
import { ruleFinding } from './rule-finding.ts';
import { entryAt, rulesOf } from './testing.ts';

const [rule] = rulesOf(`
rules:
  r: { say: '{address}: {count} of {devices} in {within}', by: address, when: { event: connect }, within: 5m, techniques: [T0846] }
`);

test('ruleFinding() says what was counted, and is about the one device that its events name', () => {
  const trail = beginTrail();
  follow(trail, logEvent(entryAt(1, { resource: 'device:truck-3' })));
  const group = { key: 'k', about: { address: 'a' }, ofProber: false };
  const hit = { group, trail, first: 10, start: 1, end: 2, open: true, score: 7, limit: 5 };
  const finding = ruleFinding(rule!, hit);
  assert.deepEqual(
    [finding.sentence, finding.device, finding.stream, finding.techniques, finding.detectors],
    ['a: 7 of truck-3 in 5m', 'truck-3', null, ['T0846'], [{ name: 'r', score: 7, limit: 5, readings: 1 }]],
  );
  // The same beginning gives the same name, however far it has come.
  assert.equal(ruleFinding(rule!, { ...hit, end: 9, score: 9 }).id, finding.id);
  assert.notEqual(ruleFinding(rule!, { ...hit, first: 11 }).id, finding.id);
  follow(trail, logEvent(entryAt(2, { resource: 'device:truck-4' })));
  assert.equal(ruleFinding(rule!, hit).device, null);
  const probed = ruleFinding(rule!, { ...hit, group: { ...group, ofProber: true } });
  assert.deepEqual([probed.device, probed.stream], ['_probe', '_probe']);
});
