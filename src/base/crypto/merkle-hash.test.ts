import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8, toHex } from '#base/core/index.ts';
import { emptyTreeRoot, hashLeaf, hashNode } from './merkle-hash.ts';

test('emptyTreeRoot() is the hash of nothing', () => {
  assert.equal(toHex(emptyTreeRoot()), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('hashLeaf() and hashNode() give the values of RFC 6962 implementations', () => {
  assert.equal(toHex(hashLeaf(new Uint8Array(0))), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  assert.equal(
    toHex(hashLeaf(encodeUtf8('L123456'))),
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  );
  const left = hashLeaf(encodeUtf8('N123'));
  assert.notDeepEqual(hashNode(left, left), hashLeaf(new Uint8Array([...left, ...left])));
});
