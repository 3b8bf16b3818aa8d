import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { MemoryJournal } from './memory-journal.ts';

const batch = (stream: string): Batch => ({ stream, template: '', rows: 0, columns: [] });

test('MemoryJournal gives what is behind the cursor, and to who follows what comes', async () => {
  const journal = new MemoryJournal();
  journal.batch('w0', batch('a'));
  assert.deepEqual(journal.append('w1', { kind: 'batch', batch: batch('b') }), { file: 'w1', offset: 1 });
  journal.batch('w0', batch('c'));
  const streams: string[] = [];
  const end = new AbortController();
  assert.equal((await Array.fromAsync(journal.read(new Map([['w0', 1]])))).length, 2);
  setImmediate(() => journal.batch('w1', batch('d')));
  for await (const { record } of journal.read(new Map(), { follow: true, signal: end.signal })) {
    if (record.kind === 'batch' && streams.push(record.batch.stream) === 4) end.abort();
  }
  assert.deepEqual(streams, ['a', 'b', 'c', 'd']);
});
