import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { isProtected, protectedRelations } from './protected-relations.ts';

const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams: { s: { from: d, fields: { x: { type: number, range: [0, 1] } }, privacy: { epsilon: 1 } }, t: { from: d, fields: { x: { type: number } } } }
views: { noisy: { from: s, sql: select x from s, private: true }, raw: { from: s, sql: select x from s }, over: { from: raw, sql: select x from raw } }
people: { everything: { query: all }, auditor: { query: [noisy, s] } }
`);

test('protectedRelations() are the streams with a budget and what shows rows of them', () => {
  assert.deepEqual(protectedRelations(TEMPLATE), [
    { name: 's', roles: ['auditor'] },
    { name: 'raw', roles: [] },
    { name: 'over', roles: [] },
  ]);
  assert.deepEqual(
    ['s', 'over', 'noisy', 't'].map((name) => isProtected(TEMPLATE, name)),
    [true, true, false, false],
  );
});
