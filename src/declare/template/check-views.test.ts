import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';

const base = `devices: {d: {}}
streams: {s: {from: d, purposes: [p, q], fields: {x: {type: number}}}}
`;

test('checkViews() takes views over streams, tables, views and events', () => {
  const views = 'views: {a: {from: [s, _events], sql: select 1, purposes: [p]}, b: {from: a, sql: from a}}';
  assert.deepEqual(findingsOf(base + views), []);
});

test('checkViews() refuses sources that do not exist and views made from themselves', () => {
  assert.deepEqual(findingsOf(`${base}views: {a: {from: t, sql: select 1}}`), ['TEMPLATE_REFERENCE_UNKNOWN 5:19 ~s']);
  assert.deepEqual(findingsOf(`${base}views: {a: {from: a, sql: select 1}}`), ['TEMPLATE_VIEW_INVALID 5:19']);
  assert.deepEqual(findingsOf(`${base}views: {a: {from: b, sql: select 1}, b: {from: [s, a], sql: select 1}}`), [
    'TEMPLATE_VIEW_INVALID 5:19',
    'TEMPLATE_VIEW_INVALID 5:48',
  ]);
  assert.deepEqual(findingsOf(`${base}views: {a: {from: [], sql: select 1}}`), ['TEMPLATE_VALUE_INVALID 5:19']);
});

test('checkViews() refuses a purpose that a source does not serve', () => {
  assert.deepEqual(findingsOf(`${base}views: {a: {from: s, sql: select 1, purposes: [pp]}}`), [
    'TEMPLATE_REFERENCE_UNKNOWN 5:48 ~p',
  ]);
  const through =
    'views: {a: {from: s, sql: from s}, b: {from: a, sql: from a}, c: {from: b, sql: from b, purposes: [pp]}}';
  assert.equal(findingsOf(base + through).length, 1);
});
