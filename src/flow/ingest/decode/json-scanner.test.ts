import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import type { StreamRules } from '../stream-rules.ts';
import { JsonParser } from './json-parser.ts';
import type { DecodedObject } from './json-parser.ts';
import { JsonScanner } from './json-scanner.ts';
import { takeObject } from './take-object.ts';

const template = makeTemplate(`
devices: {probe: {}}
limits: {fields: 8, text-length: 40}
streams:
  s:
    from: probe
    fields:
      a: {type: number}
      bb: {type: integer, nullable: true}
      flag: {type: boolean, nullable: true}
      note: {type: text, max-length: 20, nullable: true}
      at: {type: time, nullable: true}
`);
const rules: StreamRules = compileStream(template.streams.get('s')!, template.limits);

function state(row: Row): unknown {
  const present = (i: number): boolean => row.cells[i] === 2;
  return {
    cells: [...row.cells],
    values: rules.fields.map((field, i) => (present(i) ? (field.type === 3 ? row.texts[i] : row.numbers[i]) : null)),
    time: row.timeGiven ? row.time : null,
    seq: row.seqGiven ? row.seq : null,
    undeclared: row.undeclared,
  };
}

function slow(bytes: Buffer): unknown {
  const row = new Row(rules);
  const value = new JsonParser({ ...template.limits, textLength: rules.textLimit }).parse(bytes);
  return value instanceof Map && takeObject(row, value as DecodedObject) === 0 ? state(row) : 'refused';
}

/** What scanner and parser say about the same bytes must be one: the scanner may only ever leave a thing alone. */
function agree(scanner: JsonScanner, row: Row, bytes: Buffer): boolean {
  const taken = scanner.scan(bytes, 0, bytes.length) && scanner.at === bytes.length;
  if (taken) assert.deepEqual(state(row), slow(bytes), bytes.toString('latin1'));
  return taken;
}

for (const text of [
  '{"a":1}',
  '{}',
  ' { "a" : -0.5 , "bb" : null , "flag" : true , "note" : "x y" , "at" : "2026-01-01T00:00:00Z" , "time" : 1767225600.25 , "seq" : 7 }',
  '{"seq":0,"a":1e3,"x":"undeclared","y":null}',
  '{"a":0.1,"bb":-9007199254740991,"flag":false}',
  '{"a":123456789012345.678}',
  '{"a":1.7976931348623157e308,"note":""}',
]) {
  test(`scan() takes ${text.slice(0, 40)} as the parser would`, () => {
    const row = new Row(rules);
    const bytes = Buffer.from(text);
    if (bytes.at(-1) !== 0x20) assert.equal(agree(new JsonScanner(row), row, bytes), true);
  });
}

for (const text of [
  '{"a":1,"a":2}',
  '{"x":1,"x":2}',
  '{"__proto__":1,"a":1}',
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":-}',
  '{"a":1e}',
  '{"a":1e999}',
  '{"a":12345678901234567890}',
  '{"a":1,}',
  '{"a":1',
  '{"a"}',
  '{"a":[1]}',
  '{"a":{}}',
  '{"a":"1"}',
  '{"note":"\u0001"}',
  '{"note":"ü"}',
  '{"note":"\\n"}',
  '{"note":"123456789012345678901"}',
  '{"bb":1.5}',
  '{"seq":-1}',
  '{"flag":truee}',
  '{"flag":tru}',
  '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}',
  '[1]',
  '',
]) {
  test(`scan() leaves ${JSON.stringify(text)} to the parser`, () => {
    const row = new Row(rules);
    assert.equal(agree(new JsonScanner(row), row, Buffer.from(text)), false);
  });
}

test('scan() agrees with the parser on readings in any order and shape, learning from each', () => {
  const row = new Row(rules);
  const scanner = new JsonScanner(row);
  const value = fc.oneof(
    fc.double().map((n) => JSON.stringify(n)),
    fc.integer().map(String),
    fc.maxSafeInteger().map(String),
    fc.bigInt().map(String),
    fc.tuple(fc.integer(), fc.nat({ max: 999_999_999 })).map(([a, b]) => `${a}.${b}`),
    fc.tuple(fc.integer(), fc.integer({ min: -330, max: 330 })).map(([a, b]) => `${a}e${b}`),
    fc.constantFrom('true', 'false', 'null', '"2026-01-01T00:00:00.5+01:00"', '{"k":[1]}', '-0', '00', '1_0'),
    fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
    fc.string({ unit: 'grapheme-ascii' }).map((text) => `"${text}"`),
  );
  const space = fc.constantFrom('', '', '', ' ', '\n\t', '\u00a0');
  const name = fc.constantFrom('a', 'bb', 'flag', 'note', 'at', 'time', 'seq', 'x', 'device', 'aa', '', '__proto__');
  const member = fc.tuple(space, name, space, value, space).map(([a, n, b, v, c]) => `${a}"${n}"${b}:${v}${c}`);
  let taken = 0;
  fc.assert(
    fc.property(fc.array(member, { maxLength: 9 }), (members) => {
      if (agree(scanner, row, Buffer.from(`{${members.join(',')}}`))) taken++;
    }),
    { numRuns: 5_000, seed: 42 },
  );
  assert.ok(taken > 100, `only ${taken} were taken by the scanner`);
});

test('scan() reads every double as the engine does', () => {
  const row = new Row(rules);
  const scanner = new JsonScanner(row);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
        fc.tuple(fc.nat(), fc.stringMatching(/^\d{1,22}$/)).map(([a, b]) => `${a}.${b}`),
      ),
      (text) => {
        const bytes = Buffer.from(`{"a":${text}}`);
        // A whole number past 2^53-1 is the parser's to refuse.
        if (!scanner.scan(bytes, 0, bytes.length)) return !/[.e]/.test(text);
        return Object.is(row.numbers[0], Number(text) + 0);
      },
    ),
    { numRuns: 5_000, seed: 7 },
  );
});
