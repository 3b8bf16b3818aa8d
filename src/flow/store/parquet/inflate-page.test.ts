import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { inflatePage, MAX_PAGE_BYTES } from './inflate-page.ts';

test('inflatePage() gives a page back, short or long', async () => {
  for (const length of [0, 1, 1_000, 32_768, 1_048_576]) {
    const page = new Uint8Array(length).map((_, i) => i % 251);
    assert.deepEqual(new Uint8Array(await inflatePage(zstdCompressSync(page), length)), page, String(length));
  }
});

test('inflatePage() refuses what is no page, and one of another length', async () => {
  for (const length of [1_000, 100_000]) {
    const stored = zstdCompressSync(new Uint8Array(length));
    for (const [bytes, stated] of [
      [stored, length + 1],
      [stored, length - 1],
      [stored, 0],
      [stored.subarray(0, -4), length],
      [Uint8Array.of(1, 2, 3), length],
      [stored, MAX_PAGE_BYTES + 1],
    ] as const) {
      await assert.rejects(inflatePage(bytes, stated), { code: 'STORE_PARQUET_INVALID' }, `${stated} of ${length}`);
    }
  }
});
