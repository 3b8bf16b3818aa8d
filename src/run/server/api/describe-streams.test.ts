import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { describeStreams } from './describe-streams.ts';

function exampleOf(fields: string): Readonly<Record<string, unknown>> {
  const template = makeTemplate(`devices: { d: {} }\nstreams: { s: { from: d, fields: { ${fields} } } }`);
  return describeStreams(template, frozenClock()).find(({ name }) => name === 's')?.example ?? {};
}

test('describeStreams() gives an example whose values are within what is declared', () => {
  const cases: [string, unknown][] = [
    ['{ type: number }', 1],
    ['{ type: number, range: [-40, 60] }', 10],
    ['{ type: number, range: [0, 0.3] }', 0.15],
    ['{ type: number, range: [1000.01, 1000.03] }', 1000.02],
    ['{ type: integer, range: [1, 2] }', 1],
    ['{ type: boolean }', false],
    ['{ type: time }', '2026-01-01T00:00:00Z'],
    ['{ type: text }', 'example'],
    ['{ type: text, max-length: 3 }', 'exa'],
    ['{ type: text, enum: [open, shut] }', 'open'],
  ];
  for (const [field, expected] of cases) assert.deepEqual(exampleOf(`x: ${field}`), { x: expected }, field);
});

test('describeStreams() leaves out of the example what it cannot guess and what would refuse the reading', () => {
  const example = exampleOf(
    "a: { type: boolean }, key: { type: text, class: secret }, plate: { type: text, pattern: '[A-Z]{3}' }",
  );
  assert.deepEqual(example, { a: false });
});

test('describeStreams() tells which streams take readings and which protections are not in force', () => {
  const template = makeTemplate(`
devices: { d: { boot: measured } }
streams:
  held: { from: d, fields: { x: { type: number } } }
  accepted: { from: d, unenforced: accept, fields: { x: { type: number } } }
`);
  const streams = new Map(describeStreams(template, frozenClock()).map((stream) => [stream.name, stream]));
  const held = streams.get('held');
  const accepted = streams.get('accepted');
  assert.deepEqual([held?.open, held?.acceptUnenforced, held?.unenforced], [false, false, ['boot']]);
  assert.deepEqual([accepted?.open, accepted?.acceptUnenforced, accepted?.unenforced], [true, true, ['boot']]);
  assert.deepEqual(held?.fields, [
    { name: 'x', type: 'number', unit: null, range: null, class: 'operational', nullable: false },
  ]);
});
