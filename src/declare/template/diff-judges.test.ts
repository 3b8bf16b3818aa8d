import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { judgeClass, judgeField, judgePolicies, judgePurposes, judgeTraces, ranked } from './diff-judges.ts';
import type { PlainChange } from './diff-judges.ts';

const template = makeTemplate(
  'devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}, y: {type: number, nullable: true}}}}',
);
const change = (parts: Partial<PlainChange>): PlainChange => ({
  path: [],
  kind: 'changed',
  before: null,
  after: null,
  old: template,
  new: template,
  ...parts,
});

test('judgeClass() says what governs new batches and stored segments', () => {
  const { explanation } = judgeClass(change({ before: 'public', after: 'health' }));
  assert.match(explanation, /^health governs new batches at once/);
  assert.match(explanation, /stricter of public and health governs until they are re-sealed$/);
});

test('judgeField() says what a new field asks of devices', () => {
  const added = (name: string) => judgeField(change({ kind: 'added', path: ['streams', 's', 'fields', name] }));
  assert.match(added('x').explanation, /refused from now on/);
  assert.match(added('y').explanation, /older readings hold null/);
  assert.match(judgeField(change({ kind: 'removed', path: ['streams', 's', 'fields', 'x'] })).explanation, /dropped/);
});

test('judgePurposes() knows that none restricts nothing', () => {
  const judge = (before: string[], after: string[]) =>
    judgePurposes(change({ path: ['streams', 's', 'purposes'], before, after })).effect;
  assert.equal(judge([], ['p']), 'strengthens');
  assert.equal(judge(['p'], []), 'weakens');
  assert.equal(judge(['p', 'q'], ['p']), 'strengthens');
  assert.equal(judge(['p'], ['q']), 'weakens');
});

test('ranked() compares places in an order', () => {
  assert.equal(ranked(['a', 'b'], 'a', 'b', 'x').effect, 'strengthens');
  assert.equal(ranked(['a', 'b'], 'b', 'a', 'x').effect, 'weakens');
});

test('judgePolicies() takes policies that only forbid for stronger, whatever else changes for weaker', () => {
  const file = (text: string) => ({ file: 'a.cedar', text });
  const judge = (before: string[] | null, after: string[] | null) =>
    judgePolicies(change({ path: ['policies'], before: before?.map(file) ?? null, after: after?.map(file) ?? null }))
      .effect;
  assert.equal(judge(null, ['forbid (principal, action, resource);']), 'strengthens');
  assert.equal(judge(null, ['permit (principal, action, resource);']), 'weakens');
  assert.equal(judge(['forbid (principal, action, resource);'], null), 'weakens');
  assert.equal(judge(['forbid a'], ['forbid b']), 'weakens');
});

test('judgeTraces() holds more that leaves the platform for weaker', () => {
  const of = (host: string, sample: number, headers = 'h') =>
    makeTemplate(`traces: {endpoint: 'https://${host}/', sample: ${sample}, headers: ${headers}}`);
  const none = makeTemplate('');
  for (const [before, after, effect] of [
    [none, of('a', 0), 'weakens'],
    [of('a', 0), none, 'strengthens'],
    [of('a', 0), of('b', 0), 'weakens'],
    [of('a', 0.1), of('a', 0.2), 'weakens'],
    [of('a', 0.2), of('a', 0.1), 'strengthens'],
    [of('a', 0.1), of('a', 0.1, 'g'), 'neutral'],
  ] as const) {
    assert.equal(judgeTraces(change({ old: before, new: after })).effect, effect);
  }
});
