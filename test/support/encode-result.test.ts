import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAll, encodeResult } from './encode-result.ts';

test('encodeResult() calls an encoder from beginning to end', async () => {
  const seen: string[] = [];
  const mark = (text: string): Uint8Array => {
    seen.push(text);
    return Buffer.from(text);
  };
  const make = () => ({ begin: () => mark('b'), chunk: () => mark('c'), end: () => mark('e') });
  assert.equal((await encodeResult('FROM range(3000)', make)).length, 4);
  assert.deepEqual(seen, ['b', 'c', 'c', 'e']);
  assert.equal(await encodeAll('FROM range(0)', make), 'be');
});
