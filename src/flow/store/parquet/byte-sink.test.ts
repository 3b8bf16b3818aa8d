import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ForwardingSink, MemorySink } from './byte-sink.ts';

describe('byte sinks', () => {
  it('MemorySink grows and keeps the order', () => {
    const sink = new MemorySink(1);
    for (let i = 0; i < 300; i += 1) sink.write(Uint8Array.of(i & 255, 1));
    assert.equal(sink.length, 600);
    assert.deepEqual(sink.bytes().subarray(510, 514), Uint8Array.of(255, 1, 0, 1));
  });

  it('ForwardingSink passes parts on and counts them', () => {
    const parts: Uint8Array[] = [];
    const sink = new ForwardingSink((part) => parts.push(part));
    sink.write(Uint8Array.of(1));
    sink.write(Uint8Array.of(2, 3));
    assert.equal(sink.length, 3);
    assert.deepEqual(parts, [Uint8Array.of(1), Uint8Array.of(2, 3)]);
  });
});
