import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobsOf, sizeOf } from './manifest.ts';
import type { BackupFile, BackupManifest } from './manifest.ts';

const file = (path: string, ...blobs: string[]): BackupFile => ({
  path,
  size: 1,
  digest: '',
  sealedBy: 'target',
  parts: blobs.map((blob) => ({ blob, size: 10 })),
});
const MANIFEST = {
  segments: [{ id: 'a', stream: 's', key: 'segments/a', size: 100, digest: '' }],
  files: [file('catalogue.db', 'b1', 'b2'), file('audit/checkpoint', 'b3')],
} as unknown as BackupManifest;

test('sizeOf() adds up what lies there; blobsOf() names what files need', () => {
  assert.equal(sizeOf(MANIFEST), 130);
  assert.deepEqual([...blobsOf(MANIFEST)], ['b1', 'b2', 'b3']);
});
