import assert from 'node:assert/strict';
import { test } from 'node:test';
import { governed } from '../../../../test/support/query-fixture.ts';
import { call, columnRef, star, truth } from './build.ts';
import {
  asList,
  asNode,
  checkFunction,
  explicitCross,
  inert,
  nameSubquery,
  nodesUnder,
  shapeOf,
  unknownRelation,
} from './checks.ts';
import { Refusal } from './refusal.ts';

test('checkFunction() takes built-in functions of the list, and no other of their name', () => {
  const allowed = new Set(['abs']);
  checkFunction(call('ABS', []), allowed);
  checkFunction({ ...call('abs', []), schema: 'main' }, allowed);
  for (const node of [
    call('sleep_ms', []),
    { ...call('abs', []), schema: 'other' },
    { ...call('abs', []), catalog: 'system' },
    { ...call('abs', []), export_state: true },
    {},
  ]) {
    assert.throws(() => checkFunction(node, allowed), Refusal);
  }
});

test('inert() refuses data with something to run in it', () => {
  assert.deepEqual(inert([{ id: 'INTEGER', type_info: null }, 'x', 1]), [{ id: 'INTEGER', type_info: null }, 'x', 1]);
  for (const hidden of [columnRef(['a']), { deep: [{ node: {} }] }, { table_name: 'x' }, { expr: null }]) {
    assert.throws(() => inert(hidden), Refusal);
  }
});

test('nameSubquery() names what would be named by a rebuilt text', () => {
  const nested = call('abs', [{ class: 'SUBQUERY', subquery: {} }]);
  assert.deepEqual(nameSubquery(nested, 2), { ...nested, alias: 'column_3' });
  for (const kept of [columnRef(['a']), { ...nested, alias: 'mine' }, call('min', [star(), nested])]) {
    assert.equal(nameSubquery(kept, 0), kept);
  }
});

test('explicitCross() makes an inner join of a cross join below another', () => {
  const cross = { type: 'JOIN', ref_type: 'CROSS', condition: null };
  assert.deepEqual(explicitCross({ left: cross, ref_type: 'REGULAR' }), {
    left: { ...cross, ref_type: 'REGULAR', condition: truth() },
    ref_type: 'REGULAR',
  });
  const list = { left: cross, ref_type: 'CROSS' };
  assert.equal(explicitCross(list), list);
});

test('shapeOf(), asNode(), asList() and nodesUnder() refuse unknown forms', () => {
  assert.deepEqual(shapeOf(new Map([['A', { x: 'data' }]]), 'A', 'thing'), { x: 'data' });
  assert.deepEqual(nodesUnder({ a: { b: [{ c: 1 }] } }, 'a', 'b'), [{ c: 1 }]);
  assert.deepEqual(nodesUnder({}, 'a', 'b'), []);
  const bad = [
    () => shapeOf(new Map(), 'B', 'thing'),
    () => asNode([]),
    () => asNode(null),
    () => asList({}),
    () => nodesUnder({ a: { b: [1] } }, 'a', 'b'),
  ];
  for (const call of bad) assert.throws(call, Refusal);
});

test('unknownRelation() names what was asked for and what there is', () => {
  const refusal = unknownRelation({ schema_name: 's', table_name: 't' }, [governed('climate', [])]);
  assert.deepEqual([refusal.what, refusal.hint], ['relation s.t', 'your views are climate']);
});
