import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapesOf } from '#flow/query/index.ts';
import { SYSTEM_RELATIONS } from './system-relations.ts';

test('SYSTEM_RELATIONS are named as declared relations cannot be, and hold nothing about people', () => {
  for (const [name, relation] of Object.entries(SYSTEM_RELATIONS)) {
    assert.equal(relation.name, name);
    assert.match(name, /^_[a-z_]+$/);
    assert.deepEqual([relation.kind, relation.from, relation.definition], ['system', [], null]);
    for (const column of relation.columns) assert.equal(column.class, 'operational', `${name}.${column.name}`);
  }
});

test('SYSTEM_RELATIONS have columns of the shapes that their rows are made in', () => {
  for (const relation of Object.values(SYSTEM_RELATIONS)) assert.deepEqual(shapesOf(relation), relation.shapes);
});
