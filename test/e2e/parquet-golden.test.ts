import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { fromBase64 } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import type { Objects } from '#base/storage/index.ts';
import { decodeParquet, MemorySink, openSegment, verifySegment } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';

const folder = path.join(import.meta.dirname, '../golden/segment-1');
const { keys, segment, rows } = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as {
  keys: Readonly<Record<string, string>>;
  segment: Segment;
  rows: readonly Readonly<Record<string, unknown>>[];
};
const object = new Uint8Array(readFileSync(path.join(folder, 'segment.parquet')));
const objects: Pick<Objects, 'size' | 'read'> = {
  size: () => Promise.resolve(object.length),
  read: (_, start = 0, end = object.length) => Promise.resolve(object.subarray(start, end)),
};

describe('a segment of format version 1', () => {
  it('is readable for ever: openSegment() gives the rows that were put in', async () => {
    const byHandle = new Map(Object.entries(keys).map(([handle, key]) => [handle, AeadKey.fromBytes(fromBase64(key))]));
    const sink = new MemorySink();
    const names = segment.columns.map(({ name }) => name);
    await openSegment(objects as Objects, segment, names, byHandle, sink);
    const decoded = decodeParquet(sink.bytes(), segment.columns);
    const got = Array.from({ length: decoded.rows }, (_, r) =>
      Object.fromEntries(
        decoded.columns.map(({ name, data }) => {
          if (data.nulls?.[r] === 1) return [name, null];
          if (data.type === 'text') return [name, data.dictionary[data.codes[r]!]];
          return [name, data.type === 'boolean' ? data.values[r] === 1 : data.values[r]];
        }),
      ),
    );
    assert.deepEqual(got, rows);
  });

  it('has the digest that the catalogue keeps', async () => {
    await verifySegment(objects as Objects, segment);
  });
});
