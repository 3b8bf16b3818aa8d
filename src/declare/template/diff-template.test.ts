import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { diffTemplates, summariseChanges } from './diff-template.ts';

const yaml = 'devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number, range: [0, 9]}, y: {type: text}}}}\n';
const diff = (before: string, after: string) => diffTemplates(makeTemplate(before), makeTemplate(after));

test('diffTemplates() finds nothing between a template and itself', () => {
  assert.deepEqual(diff(yaml, `# again\n${yaml}`), []);
});

test('diffTemplates() names what was added, removed and changed by place', () => {
  const after = yaml
    .replace('x: {type: number, range: [0, 9]}', 'x: {type: number, range: [0, 5]}')
    .replace('y: {', 'z: {');
  assert.deepEqual(
    diff(yaml, after).map(({ path, kind, before, after: now }) => [
      path,
      kind,
      kind === 'changed' ? [before, now] : null,
    ]),
    [
      [
        'streams.s.fields.x.range',
        'changed',
        [
          [0, 9],
          [0, 5],
        ],
      ],
      ['streams.s.fields.y', 'removed', null],
      ['streams.s.fields.z', 'added', null],
    ],
  );
});

test('diffTemplates() reports a whole new part as one change', () => {
  const [change, ...rest] = diff(yaml, `${yaml}people: {r: {query: [s]}}`);
  assert.deepEqual([change?.path, change?.kind, change?.before, rest.length], ['people.r', 'added', null, 0]);
});

test('diffTemplates() takes no order for a difference', () => {
  const swapped =
    'streams: {s: {fields: {y: {type: text}, x: {type: number, range: [0, 9]}}, from: d}}\ndevices: {d: {}}\n';
  assert.deepEqual(diff(yaml, swapped), []);
});

test('summariseChanges() tells what is refused and what weakens', () => {
  assert.deepEqual(summariseChanges(diff(yaml, yaml.replace('type: text', 'type: time'))).refused, true);
  assert.deepEqual(summariseChanges(diff(yaml, `${yaml}people: {r: {query: [s]}}`)), { refused: false, weakens: true });
  assert.deepEqual(summariseChanges(diff(yaml, yaml)), { refused: false, weakens: false });
});
