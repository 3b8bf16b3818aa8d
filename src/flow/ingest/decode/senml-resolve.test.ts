import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { corpora } from '../../../../test/support/outside.ts';
import { reasonOf } from '../reasons.ts';
import { JsonParser } from './json-parser.ts';
import { resolveSenml } from './senml-resolve.ts';
import type { SenmlOutcome } from './senml-resolve.ts';

function resolve(pack: unknown): SenmlOutcome {
  const parser = new JsonParser({ depth: 8, fields: 100, textLength: 1_000, batchReadings: 100 });
  return resolveSenml(parser.parse(Buffer.from(JSON.stringify(pack))));
}

interface Vector {
  readonly id: string;
  readonly pack: unknown;
  readonly resolved: readonly Readonly<Record<string, unknown>>[];
}

test('resolveSenml() resolves the packs of RFC 8428 as it says', async (t) => {
  const { vectors } = JSON.parse(await readFile(corpora(t, 'standards/senml/rfc8428.json'), 'utf8')) as {
    vectors: Vector[];
  };
  assert.ok(vectors.length > 0);
  for (const { id, pack, resolved } of vectors) {
    const outcome = resolve(pack);
    assert.ok('records' in outcome, id);
    assert.equal(outcome.records.length, resolved.length, id);
    for (const [i, record] of outcome.records.entries()) {
      const expected = resolved[i]!;
      assert.equal(record.base + record.name, expected['n'], id);
      assert.equal(record.unit ?? undefined, expected['u'], id);
      assert.equal(record.value ?? undefined, expected['v'] ?? expected['vs'] ?? expected['vb'] ?? expected['vd'], id);
      assert.ok(Math.abs(record.time - Number(expected['t'] ?? 0)) < 1e-6, id);
    }
  }
});

test('resolveSenml() adds base values and sums, and takes each kind of value', () => {
  const outcome = resolve([
    { bn: 'd:', bv: 20, bs: 100, n: 'a', v: 0.5, s: 1 },
    { n: 'b', vs: 'x' },
    { n: 'c', vb: false },
    { n: 'e', vd: 'aGk' },
    { n: 'f' },
  ]);
  assert.ok('records' in outcome);
  assert.deepEqual(
    outcome.records.map(({ name, value, sum }) => [name, value, sum]),
    [
      ['a', 20.5, 101],
      ['b', 'x', 100],
      ['c', false, 100],
      ['e', 'aGk', 100],
      ['f', 20, 100],
    ],
  );
});

for (const [pack, expected, place] of [
  [{}, 'schema-shape', ''],
  [[], 'schema-shape', ''],
  [[1], 'schema-shape', 'record 0'],
  [
    [
      { n: 'a', v: 1 },
      { n: 'b', v: 'x' },
    ],
    'decode',
    'record 1',
  ],
  [[{ n: 'a', v: 1, vs: 'x' }], 'decode', 'record 0'],
  [[{ n: 'a' }], 'decode', 'record 0'],
  [[{ v: 1 }], 'decode', 'record 0'],
  [[{ n: ':a', v: 1 }], 'decode', 'record 0'],
  [[{ n: 'a b', v: 1 }], 'decode', 'record 0'],
  [[{ n: 'a', v: 1, must_: 1 }], 'decode', 'record 0'],
  [[{ bver: 11, n: 'a', v: 1 }], 'decode', 'record 0'],
  [[{ bv: 1.7e308, n: 'a', v: 1.7e308 }], 'number-overflow', 'record 0'],
] as const) {
  test(`resolveSenml() refuses ${JSON.stringify(pack)} as ${expected}`, () => {
    const outcome = resolve(pack);
    assert.ok('reason' in outcome);
    assert.deepEqual([reasonOf(outcome.reason)?.word, outcome.place], [expected, place]);
  });
}

test('resolveSenml() reads the labels of CBOR, and refuses one label in both forms', () => {
  const pack = [
    new Map<unknown, unknown>([
      [-2, 'd:'],
      [-3, 5],
      [0, 'a'],
      [2, 1.5],
      [6, 2],
      ['other', 9],
    ]),
    new Map<unknown, unknown>([
      [0, 'b'],
      [8, Uint8Array.of(104, 105)],
    ]),
  ];
  const outcome = resolveSenml(pack);
  assert.ok('records' in outcome);
  assert.deepEqual(
    outcome.records.map(({ base, name, time, value }) => [base, name, time, value]),
    [
      ['d:', 'a', 7, 1.5],
      ['d:', 'b', 5, 'aGk'],
    ],
  );
  const twice = resolveSenml([
    new Map<unknown, unknown>([
      [0, 'a'],
      ['n', 'b'],
      [2, 1],
    ]),
  ]);
  assert.ok('reason' in twice);
  assert.equal(reasonOf(twice.reason)?.word, 'duplicate-key');
});
