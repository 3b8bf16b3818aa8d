import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineChunks } from './line-chunks.ts';

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
}

async function all(
  text: string,
  size: number,
  longest = 100,
  most = 1_000_000,
): Promise<{ text: string; lines: number; chunks: number }> {
  let joined = '';
  let lines = 0;
  let chunks = 0;
  for await (const chunk of lineChunks(pieces(text, size), longest, most)) {
    joined += chunk.bytes.toString();
    lines += chunk.lines;
    chunks++;
  }
  return { text: joined, lines, chunks };
}

test('lineChunks() hands every line on, wherever the pieces were cut', async () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `{"n":${i}}`).join('\n');
  for (const size of [1_000, 4_097, 1_000_000]) {
    const result = await all(text, size);
    assert.equal(result.text, text);
    assert.equal(result.lines, 20_000);
    assert.ok(result.chunks >= (size < 100_000 ? 3 : 1));
  }
  assert.deepEqual(await all('a\n\r\n\nb\n', 2), { text: 'a\n\r\n\nb\n', lines: 2, chunks: 1 });
  assert.deepEqual(await all('', 2), { text: '', lines: 0, chunks: 0 });
});

test('lineChunks() keeps no more of a line without an end than allowed', async () => {
  const result = await all('x'.repeat(1_000_000), 10_000);
  assert.ok(result.text.length < 100_000);
});

test('lineChunks() stops one line after the last that is allowed', async () => {
  assert.equal((await all('x\n'.repeat(500), 7, 100, 100)).lines, 101);
  assert.equal((await all('x\n'.repeat(100), 7, 100, 100)).lines, 100);
});
