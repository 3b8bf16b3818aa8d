import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, encodeUtf8 } from '#base/core/index.ts';
import { encodePiece, FrozenPieces } from './frozen-piece.ts';
import type { MadePiece } from './frozen-piece.ts';

const piece = (text: string): MadePiece => ({
  plain: encodeUtf8(text),
  columns: [{ name: 't', type: 'text', nullable: true }],
});

test('FrozenPieces hands each piece on as it was, however its bytes are cut, and waits for who takes it', async () => {
  const pieces = [piece('one'), piece('and another')];
  const bytes = concatBytes(pieces.map(encodePiece));
  for (const step of [1, 3, 7, bytes.length]) {
    const taken: MadePiece[] = [];
    let busy = false;
    const reader = new FrozenPieces(async (each) => {
      assert.equal(busy, false);
      busy = true;
      await new Promise(setImmediate);
      busy = false;
      taken.push(each);
    });
    for (let at = 0; at < bytes.length; at += step) await reader.push(bytes.subarray(at, at + step));
    reader.end();
    assert.deepEqual(taken, pieces);
  }
});

test('FrozenPieces refuses what is no piece, and one that is not whole', async () => {
  const whole = encodePiece(piece('one'));
  for (const [at, value] of [
    [3, 255],
    [0, 0],
  ] as const) {
    const bad = whole.slice();
    bad.fill(value, at === 0 ? 0 : 3, 4);
    await assert.rejects(new FrozenPieces(async () => {}).push(bad), { code: 'QUERY_FAILED' });
  }
  const { plain: _, ...facts } = piece('one');
  const [column] = facts.columns;
  const wrong = [{ size: 2 ** 40 }, { size: 0 }, { size: '3' }, { columns: {} }, { columns: [] }, { columns: [null] }, { columns: [{ ...column, type: 'list' }] }, { columns: [{ ...column, name: 'a.b' }] }, { columns: [column, { ...column, name: 'T' }] }]; // prettier-ignore
  const texts = wrong.map((part) => JSON.stringify({ ...facts, size: 3, ...part }));
  for (const header of [...texts, 'no JSON', 'null', '[]'].map(encodeUtf8).concat(Uint8Array.of(0xff))) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, header.length, true);
    const bytes = concatBytes([length, header, encodeUtf8('one')]);
    await assert.rejects(new FrozenPieces(async () => {}).push(bytes), { code: 'QUERY_FAILED' });
  }
  for (let cut = 1; cut < whole.length; cut++) {
    const reader = new FrozenPieces(async () => assert.fail('it is not whole'));
    await reader.push(whole.subarray(0, cut));
    assert.throws(() => reader.end(), { code: 'QUERY_FAILED' });
  }
});
