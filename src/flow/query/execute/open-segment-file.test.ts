import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import type { ColumnShape } from '#base/core/index.ts';
import { columnOf, sealToFile } from '../../../../test/support/query-fixture.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { openSegmentFile } from './open-segment-file.ts';
import type { SealedSegment, SegmentKeys } from './segment-files.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'value', type: 'number', nullable: false },
];

async function open(segment: SealedSegment, columns: readonly string[], keys: SegmentKeys) {
  const parts: Uint8Array[] = [];
  const cost = await openSegmentFile({ segment, columns }, keys, (part) => void parts.push(new Uint8Array(part)));
  return { plain: Buffer.concat(parts), cost };
}

test('openSegmentFile() reads the wanted columns alone, with the keys of those alone', async (t) => {
  const rows = 20_000;
  const columns = SHAPES.map(({ name, type }) => ({
    name,
    data: columnOf(type, rows, (row) => (type === 'text' ? `d${row}` : row * 1.1)),
  }));
  const { segment, keys } = await sealToFile(await temporaryFolder(t), 'a', SHAPES, {
    stream: 's',
    template: '',
    rows,
    columns,
  });
  const only = { ...keys, columns: new Map([...keys.columns].filter(([name]) => name === 'value')) };
  const { plain, cost } = await open(segment, ['value'], only);
  assert.equal(plain.subarray(0, 4).toString(), 'PAR1');
  const all = await open(segment, ['device', 'value'], keys);
  assert.ok(cost.bytesRead < all.cost.bytesRead);
  await assert.rejects(open(segment, ['device'], only), (error) => hasCode(error, 'STORE_KEY_MISSING'));
});

test('openSegmentFile() refuses what is not the segment of the plan', async (t) => {
  const columns = SHAPES.map(({ name, type }) => ({
    name,
    data: columnOf(type, 10, (row) => (type === 'text' ? 'x' : row)),
  }));
  const { segment, keys } = await sealToFile(await temporaryFolder(t), 'a', SHAPES, {
    stream: 's',
    template: '',
    rows: 10,
    columns,
  });
  await assert.rejects(open({ ...segment, rows: 11 }, ['value'], keys), (error) =>
    hasCode(error, 'QUERY_SEGMENT_MISMATCH'),
  );
  const damaged = { code: 'QUERY_SEGMENT_DAMAGED', message: /Cannot open segment a:/ };
  await assert.rejects(open({ ...segment, aadPrefix: new Uint8Array([1]) }, ['value'], keys), damaged);
  await assert.rejects(open(segment, ['value'], { ...keys, footer: new Uint8Array(32) }), damaged);
  await assert.rejects(open({ ...segment, path: '/nowhere/object' }, ['value'], keys), {
    code: 'QUERY_SEGMENT_DAMAGED',
    message: 'Cannot open segment a: its file cannot be read',
  });
  const file = await readFile(segment.path);
  file[200] = (file[200] ?? 0) ^ 1;
  await writeFile(segment.path, file);
  await assert.rejects(open(segment, ['device', 'value'], keys), damaged);
});
