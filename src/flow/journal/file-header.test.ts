import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeHeader, encodeHeader } from './file-header.ts';
import type { FileHeader } from './file-header.ts';

const header: FileHeader = {
  kind: 'journal',
  fileId: 'f2',
  start: 's1',
  worker: 3,
  created: 1.5e15,
  previous: { fileId: 'f1', end: 1234 },
};

test('decodeHeader() gives back what encodeHeader() took', () => {
  for (const each of [header, { ...header, kind: 'quarantine', previous: null } as const]) {
    const bytes = encodeHeader(each);
    const decoded = decodeHeader('f2', Buffer.concat([bytes, Buffer.from('frames')]));
    assert.deepEqual(decoded!.header, each);
    assert.equal(decoded!.length, bytes.length);
    assert.equal(decoded!.chain.length, 16);
  }
});

test('decodeHeader() takes a header that ends early for a file that was never begun', () => {
  const bytes = encodeHeader(header);
  for (let length = 0; length < bytes.length; length++)
    assert.equal(decodeHeader('f2', bytes.subarray(0, length)), null);
});

test('decodeHeader() refuses other files and versions', () => {
  const bytes = Buffer.from(encodeHeader(header));
  const code = 'JOURNAL_FILE_INVALID';
  assert.throws(() => decodeHeader('f2', Buffer.from('PAR1PAR1PAR1PAR1PAR1')), { code });
  for (const [at, value] of [
    [8, 2],
    [10, 9],
    [13, 255],
    [28, 255],
  ] as const) {
    const changed = Buffer.from(bytes);
    changed[at] = value;
    assert.throws(() => decodeHeader('f2', changed), { code }, `byte ${at}`);
  }
});

test('the chain value depends on every byte of the header', () => {
  const chains = [header, { ...header, worker: 4 }, { ...header, created: 2 }, { ...header, start: 's2' }].map((each) =>
    Buffer.from(decodeHeader('f2', encodeHeader(each))!.chain).toString('hex'),
  );
  assert.equal(new Set(chains).size, 4);
});
