import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { TYPE, batchShape, compileStream, mostStepped, steppedFields } from './stream-rules.ts';

const template = makeTemplate(`
devices: {d: {}, e: {}}
limits: {text-length: 50}
streams:
  s:
    from: [d, e]
    rate: {sustained: 5/s, burst: 9}
    accept: {late: 2s, early: 1s}
    fields:
      a: {type: number, range: [0, 1], step: 2/s}
      b: {type: text, max-length: 60, pattern: "x|xy"}
      c: {type: integer, step: 1/s, nullable: true}
      d: {type: text, class: secret}
  t: {from: d, undeclared: refuse, fields: {n: {type: boolean}}}
`);
const stream = template.streams.get('s')!;

test('compileStream() turns a declaration into what the checks read', () => {
  const rules = compileStream(stream, template.limits);
  assert.deepEqual([...rules.from], ['d', 'e']);
  assert.deepEqual(rules.memberNames, ['a', 'b', 'c', 'd', 'time', 'seq']);
  assert.equal(rules.members.get('seq'), 5);
  assert.deepEqual([rules.late, rules.early, rules.perSecond, rules.burst], [2_000_000, 1_000_000, 5, 9]);
  assert.deepEqual([rules.ranged, rules.steps], [[0], [0, 2]]);
  assert.equal(rules.textLimit, 60);
  assert.equal(rules.refuseUndeclared, false);
  assert.equal(compileStream(template.streams.get('t')!, template.limits).refuseUndeclared, true);
  const [a, b, c, d] = rules.fields;
  assert.deepEqual([a!.low, a!.high, a!.stepped, a!.stepPerSecond, a!.type], [0, 1, 0, 2, TYPE.number]);
  assert.deepEqual([c!.low, c!.stepped, c!.nullable, d!.secret], [-Infinity, 1, true, true]);
  assert.deepEqual([b!.matches!('xy'), b!.matches!('x'), b!.matches!('xyz')], [true, true, false], 'the whole text');
});

test('a pattern’s memory is bounded and its answers stay right', () => {
  const { matches } = compileStream(stream, template.limits).fields[1]!;
  for (let i = 0; i < 5_000; i++) assert.equal(matches!(`n${i}`), false);
  assert.equal(matches!('x'), true);
});

test('compileStream() refuses a pattern that is not RE2', () => {
  const fields = [{ ...stream.fields[1]!, pattern: '(?=x)' }];
  assert.throws(() => compileStream({ ...stream, fields }, template.limits), { code: 'INGEST_PATTERN_INVALID' });
});

test('batchShape() has the system columns, then what may be stored', () => {
  assert.deepEqual(
    batchShape(stream).map(({ name }) => name),
    ['device', 'time', 'received', 'seq', 'time_given', 'via', 'a', 'b', 'c'],
  );
});

test('steppedFields() and mostStepped() count what the device table must hold', () => {
  assert.deepEqual(steppedFields(stream), ['a', 'c']);
  assert.equal(mostStepped(template), 2);
});
