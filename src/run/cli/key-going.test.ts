import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyGoing } from './key-going.ts';

const KEY = { id: 'k1', name: 'nightly', status: 'enabled', expires: '2027' };

test('keyGoing() says which key goes, and that there is none of that id', () => {
  for (const [row, id, goes] of [
    [KEY, 'k1', /^the key nightly, enabled until 2027, would/],
    [{ ...KEY, lastUsed: null }, 'k1', /, last used never, would/],
    [{ ...KEY, lastUsed: '2026' }, 'k1', /, last used 2026, would/],
    [KEY, 'k2', /no key/],
  ] as const) {
    const going = keyGoing(id, [row]);
    assert.equal(going.deed, `revoke ${id}`);
    assert.match(going.goes, goes);
  }
});
