import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { activePurposes } from './active-purposes.ts';

const YAML = (people: string): string => `
devices: {d: {}}
streams:
  s: {from: d, purposes: [care, research, billing], fields: {n: {type: number}, extra: {type: text, purposes: [research]}}}
views:
  v: {from: s, sql: "select n from s"}
  w: {from: v, sql: "select n from v"}
${people}`;
const active = (people: string): readonly string[] => {
  const template = makeTemplate(YAML(people));
  return activePurposes(template.streams.get('s')!, template);
};
const withheld = (people: string): boolean | undefined =>
  makeTemplate(YAML(people))
    .streams.get('s')
    ?.fields.find(({ name }) => name === 'extra')?.withheld;

test('activePurposes() are those that a role may state which comes to the stream', () => {
  assert.deepEqual(active(''), ['care', 'research', 'billing'], 'nobody can be asked');
  assert.deepEqual(active('people: {a: {query: [s], purposes: [care]}}'), ['care']);
  assert.deepEqual(active('people: {a: {query: [w], purposes: [research]}, b: {query: all, purposes: [care]}}'), [
    'care',
    'research',
  ]);
  assert.deepEqual(active('people: {a: {query: [_devices], purposes: [care]}, b: {query: [s]}}'), []);
});

test('a field for no purpose in use is withheld, and no other', () => {
  assert.equal(withheld(''), undefined);
  assert.equal(withheld('people: {a: {query: [s], purposes: [care]}}'), true);
  assert.equal(withheld('people: {a: {query: [w], purposes: [research]}}'), undefined);
  const nobody = makeTemplate(YAML('people: {a: {query: [s]}}')).streams.get('s')!;
  assert.deepEqual(
    nobody.fields.map((field) => field.withheld === true),
    [false, true],
    'what names no purpose of its own stays',
  );
});
