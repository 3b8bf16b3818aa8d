import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AeadKey } from '#base/crypto/index.ts';
import { fixedKeys } from './open-keys.ts';

it('fixedKeys() gives the key of a path, and names the column that has none', () => {
  const [footer, column] = [1, 2].map((byte) => AeadKey.fromBytes(new Uint8Array(32).fill(byte)));
  const keys = fixedKeys(footer!, new Map([['st.x', column!]]));
  assert.equal(keys.footer(null), footer);
  assert.equal(keys.column(['st', 'x'], null), column);
  assert.throws(() => keys.column(['st', 'y'], null), { code: 'STORE_KEY_MISSING', message: /st\.y/ });
});
