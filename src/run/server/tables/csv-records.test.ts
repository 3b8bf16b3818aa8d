import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvRecords } from './csv-records.ts';

async function* chunksOf(text: string, size: number): AsyncIterable<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(text: string, size = 7) {
  const rows: [number, Record<string, unknown>][] = [];
  for await (const { values, line } of csvRecords(chunksOf(text, size))) rows.push([line, Object.fromEntries(values)]);
  return rows;
}

test('csvRecords() finds the separator in the header', async () => {
  for (const separator of [',', ';', '\t']) {
    const text = [
      ['time', 'a b'],
      ['1', '2,5'.replace(',', '.')],
    ]
      .map((row) => row.join(separator))
      .join('\n');
    assert.deepEqual(await read(text), [[2, { time: '1', 'a b': '2.5' }]]);
  }
});

test('csvRecords() reads quotes, doubled quotes, line ends in fields and CRLF, and counts lines', async () => {
  const text = 'a,b\r\n"x,1","say ""hi"""\r\n"two\nlines",2\r\n\r\nlast,\r\n';
  assert.deepEqual(await read(text), [
    [2, { a: 'x,1', b: 'say "hi"' }],
    [3, { a: 'two\nlines', b: '2' }],
    [6, { a: 'last', b: '' }],
  ]);
});

test('csvRecords() gives the same records however the text is cut', async () => {
  const cell = fc.string({ maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      async (cells, size) => {
        const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
        const text = ['a,b', ...cells.map((row) => row.map(quote).join(','))].join('\n');
        const values = (await read(text, size)).map(([, row]) => [row['a'], row['b']]);
        assert.deepEqual(values, cells);
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});
