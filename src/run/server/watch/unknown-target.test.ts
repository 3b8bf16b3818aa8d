import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unknownTarget } from './unknown-target.ts';

const KNOWN = {
  isDevice: (name: string) => name === 'truck-3',
  devices: async () => ['truck-3', 'truck-7'],
  streams: ['climate', '_connections'],
};

test('unknownTarget() names what is not there and what is spelt most like it', async () => {
  const said = [
    [null, null, null],
    ['truck-3', 'climate', null],
    ['*', '_connections', null],
    ['trukc-3', 'climate', 'there is no device trukc-3, the nearest is truck-3'],
    ['nobody', null, 'there is no device nobody'],
    ['truck-3', 'climat', 'there is no stream climat, the nearest is climate'],
    [null, 'lock', 'there is no stream lock'],
  ] as const;
  for (const [device, stream, wrong] of said) {
    assert.equal(await unknownTarget({ device, stream }, KNOWN), wrong);
  }
});
