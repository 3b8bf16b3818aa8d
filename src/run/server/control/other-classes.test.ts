import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Class } from '#base/core/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { otherClasses } from './other-classes.ts';

const template = makeTemplate(`
devices: { pump: {} }
streams:
  s:
    from: pump
    fields:
      x: { type: number }
      y: { type: text, class: secret, nullable: true }
      z: { type: number }
`);

const segment = (rows: number, classes: Readonly<Record<string, Class>>, stream = 's'): Segment =>
  ({ stream, rows, columns: Object.entries(classes).map(([name, cls]) => ({ name, class: cls })) }) as never;

test('otherClasses() tells both classes of a field, which governs, and how much is to be sealed anew', () => {
  const segments = [
    segment(10, { x: 'personal', z: 'operational' }),
    segment(5, { x: 'health', y: 'personal' }),
    segment(7, { x: 'operational' }),
    segment(99, { x: 'health' }, 'gone'),
  ];
  const of = { stream: 's' } as const;
  assert.deepEqual(otherClasses(template, segments), [
    { ...of, field: 'x', stored: 'health', declared: 'operational', governs: 'health', segments: 2, rows: 15 },
    { ...of, field: 'y', stored: 'personal', declared: 'secret', governs: 'secret', segments: 1, rows: 5 },
  ]);
});

test('otherClasses() has nothing to tell where all is as declared', () => {
  assert.deepEqual(otherClasses(template, [segment(7, { x: 'operational', z: 'operational' })]), []);
});
