import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, FiredDetector } from './finding.ts';
import { OpenFinding } from './open-finding.ts';
import type { Alarm } from './open-finding.ts';

const charged: string[] = [];

function alarm(name: string, time: number, score: number): Alarm {
  return {
    name,
    score,
    limit: 2,
    time,
    charge: () => charged.push(name),
    explain: (own: FiredDetector) =>
      ({
        id: `${name}-${time}`,
        detectors: [own],
        start: time,
        end: time,
        open: true,
        severity: 'low',
        causes: [],
        nearest: null,
        evidence: [],
        sentence: name,
      }) as unknown as Finding,
  };
}

test('OpenFinding joins alarms that follow each other, tells what is new, and ends after a silence', () => {
  const open = new OpenFinding();
  const found: Finding[] = [];
  open.beyond(alarm('a', 1, 3), found);
  for (let i = 0; i < 8; i++) open.beyond(alarm('a', 2 + i, 2.5), found);
  assert.equal(found.length, 1);
  open.beyond(alarm('b', 20, 30), found);
  assert.deepEqual([found.length, found[1]?.id, found[1]?.sentence, found[1]?.severity], [2, 'a-1', 'b', 'critical']);
  assert.deepEqual(
    found[1]?.detectors.map(({ name, score, readings }) => [name, score, readings]),
    [
      ['b', 30, 1],
      ['a', 3, 9],
    ],
  );
  // Once for each that found it.
  assert.deepEqual(charged, ['a', 'b']);
  open.pass(25, 10, found);
  assert.equal(found.length, 2);
  open.pass(31, 10, found);
  assert.deepEqual([found.at(-1)?.open, found.at(-1)?.end, open.current], [false, 20, null]);
});

test('OpenFinding is not over for a reading that comes late: what follows is no other finding', () => {
  const open = new OpenFinding();
  const found: Finding[] = [];
  open.beyond(alarm('a', 100, 3), found);
  open.beyond(alarm('a', 20, 3), found);
  open.pass(101, 60, found);
  open.beyond(alarm('a', 101, 3), found);
  assert.deepEqual([found.length, open.current?.id, open.current?.end], [1, 'a-100', 101]);
});
