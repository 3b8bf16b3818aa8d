import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { allRelations, relationFacts, sourcesOf } from './relation-facts.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  a: {from: d, purposes: [p, q], basis: contract, fields: {x: {type: number, class: health}}}
  b: {from: d, purposes: [q, r], fields: {x: {type: number}}}
  c: {from: d, purposes: [z], basis: contract, fields: {x: {type: number}}}
tables: {t: {fields: {k: {type: text}}}}
views:
  ab: {from: [a, b], sql: select 1}
  deep: {from: [ab, t], sql: select 1}
  ac: {from: [a, c], sql: select 1}
  named: {from: a, sql: select 1, purposes: [p]}
`);

test('relationFacts() gives the columns of streams and tables, not those of views', () => {
  assert.deepEqual(relationFacts(template, 'a')?.columns?.at(-1), { name: 'x', class: 'health' });
  assert.equal(relationFacts(template, 'a')?.columns?.length, 7);
  assert.deepEqual(relationFacts(template, 't')?.columns, [{ name: 'k', class: 'operational' }]);
  assert.equal(relationFacts(template, 'ab')?.columns, null);
  assert.equal(relationFacts(template, '_devices')?.columns, null);
  for (const name of ['nothing', '', 'toString']) assert.equal(relationFacts(template, name), null);
});

test('relationFacts() lets a view serve what its sources share, or what it names', () => {
  assert.deepEqual(relationFacts(template, 'ab')?.purposes, ['q']);
  assert.deepEqual(relationFacts(template, 'deep')?.purposes, ['q']);
  assert.deepEqual(relationFacts(template, 'named')?.purposes, ['p']);
  assert.ok(!relationFacts(template, 'ac')?.purposes.some((purpose) => ['p', 'q', 'z'].includes(purpose)));
  assert.notEqual(relationFacts(template, 'ac')?.purposes.length, 0);
});

test('relationFacts() has a basis where every source stream has', () => {
  assert.deepEqual(
    ['a', 'b', 'ab', 'ac', 't'].map((name) => relationFacts(template, name)?.hasBasis),
    [true, false, false, true, false],
  );
});

test('sourcesOf() follows views to streams and tables', () => {
  assert.deepEqual(sourcesOf(template, 'deep'), ['a', 'b', 't']);
  assert.deepEqual(sourcesOf(template, 'a'), ['a']);
});

test('allRelations() leaves out the stream of the prober', () => {
  const all = allRelations(template);
  assert.ok(
    all.includes('a') &&
      all.includes('deep') &&
      all.includes('t') &&
      all.includes('_events') &&
      all.includes('_devices'),
  );
  assert.ok(!all.includes('_probe'));
});
