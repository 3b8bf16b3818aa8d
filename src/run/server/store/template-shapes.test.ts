import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { classesOf, columnsOf, shapesOf } from './template-shapes.ts';

const template = makeTemplate(`
devices: { pump: {} }
streams:
  s:
    from: pump
    fields:
      pressure: { type: number, unit: bar, nullable: true }
      password: { type: text, class: secret, nullable: true }
`);

test('columnsOf() gives system columns, then the fields that are stored', () => {
  const columns = columnsOf(template, 's');
  assert.deepEqual(
    columns.map(({ name }) => name),
    [...SYSTEM_COLUMNS.map(({ name }) => name), 'pressure'],
  );
  assert.deepEqual(columns.at(-1), {
    name: 'pressure',
    type: 'number',
    nullable: true,
    class: 'operational',
    unit: 'bar',
  });
});

test('classesOf() leaves out what must not be stored', () => {
  const classes = classesOf(template, 's');
  assert.equal(classes.get('pressure'), 'operational');
  assert.equal(classes.has('password'), false);
  assert.equal(classesOf(undefined, 's').size, 0);
});

test('shapesOf() refuses readings of a template that nobody knows', () => {
  const shapes = shapesOf((digest) => (digest === template.digest ? template : undefined));
  assert.ok(shapes.columns('s', template.digest));
  assert.throws(() => shapes.columns('s', 'unknown'), { code: 'STORE_TEMPLATE_UNKNOWN' });
});
