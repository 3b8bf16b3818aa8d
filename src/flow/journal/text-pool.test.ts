import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { TextPool } from './text-pool.ts';

const LONG = 'ä'.repeat(40);

describe('TextPool', () => {
  it('decodes as without it, the first time and again, whatever lies around', () => {
    const pool = new TextPool();
    const texts = [
      '',
      'a',
      'pump-7',
      'grün',
      '\u{1f980}',
      LONG,
      ...Array.from({ length: 40_000 }, (_, i) => `t1-${i}`),
    ];
    for (let round = 0; round < 2; round++) {
      for (const text of texts) {
        const bytes = encodeUtf8(`xx${text}yy`);
        assert.equal(pool.decode(bytes, 2, bytes.length - 4), text);
      }
    }
  });

  it('refuses what is not UTF-8, and does not remember it as anything', () => {
    const pool = new TextPool();
    for (let round = 0; round < 2; round++) {
      assert.throws(() => pool.decode(Uint8Array.of(0xff), 0, 1), { code: 'CORE_BYTES_INVALID' });
    }
  });

  it('knows nothing of before once it was cleared', () => {
    const pool = new TextPool();
    const bytes = encodeUtf8('truck');
    pool.decode(bytes, 0, 5);
    pool.clear();
    assert.equal(pool.decode(bytes, 0, 5), 'truck');
    assert.equal(pool.decode(new Uint8Array(5), 0, 5), '\0'.repeat(5));
  });
});
