import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf, makeTemplate } from './make-template.ts';

test('makeTemplate() makes a template of what is given', () => {
  const template = makeTemplate('devices: {pump: {}}\nstreams: {flow: {from: pump, fields: {rate: {type: number}}}}');
  assert.equal(template.name, 'test');
  assert.deepEqual(
    [...template.streams.keys()],
    ['flow', '_events', '_probe', '_connections', '_trial_connections', '_trial', '_trial_flows', '_trial_windows'],
  );
});

test('makeTemplate() throws with the findings', () => {
  assert.throws(() => makeTemplate('devces: {}'), /test\.yaml:3:1: .*\[TEMPLATE_KEY_UNKNOWN\]/);
});

test('makeTemplate() reads files that are given', () => {
  const views = 'views: {v: {from: flow, sql: v.sql}}';
  const yaml = `devices: {pump: {}}\nstreams: {flow: {from: pump, fields: {rate: {type: number}}}}\n${views}`;
  assert.equal(makeTemplate(yaml, { 'v.sql': 'select 1;\n' }).views.get('v')?.sql, 'select 1');
});

test('findingsOf() lists code, place and nearest spelling', () => {
  assert.deepEqual(findingsOf('devces: {}'), ['TEMPLATE_KEY_UNKNOWN 3:1 ~devices']);
  assert.deepEqual(findingsOf('devices: {}'), []);
});
