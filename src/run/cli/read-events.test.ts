import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEvents } from './read-events.ts';

async function* partsOf(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

test('readEvents() gives the data of events however they are cut, and passes comments over', async () => {
  const found = await Array.fromAsync(
    readEvents(partsOf(': alive\n\nid: 1\nevent: a\nda', 'ta: {"x":1}\n', '\ndata: a\ndata: b\n\ndata: torn')),
  );
  assert.deepEqual(found, [
    { id: '1', data: '{"x":1}' },
    { id: null, data: 'a\nb' },
  ]);
});
