import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceTable } from '#trust/identity/index.ts';
import type { DirectoryEntry } from '#trust/identity/index.ts';
import { MemoryDirectory, writeFlags } from './directory.ts';

const entry = (part: Partial<DirectoryEntry>): DirectoryEntry => ({
  index: 0,
  name: 'a',
  type: 't',
  status: 'enabled',
  speaksFor: [],
  serials: [],
  ...part,
});

test('MemoryDirectory finds devices by name and index, as they are now', () => {
  const directory = new MemoryDirectory({ deployment: 'd', version: 0, devices: [entry({})] });
  assert.equal(directory.find('a')?.index, 0);
  assert.equal(directory.find('b'), null);
  directory.change({ version: 1, device: entry({ index: 1, name: 'b' }) });
  assert.equal(directory.find('b')?.index, 1);
  assert.equal(directory.nameOf(1), 'b');
  assert.equal(directory.indices, 2);
});

test('writeFlags() lets enabled devices act and stops disabled ones', () => {
  const table = DeviceTable.create({ devices: 4, streams: 2, records: 8, window: 16, stepped: 1 }, new Uint8Array(8));
  writeFlags(table, entry({}));
  assert.equal(table.mayAct(0), true);
  writeFlags(table, entry({ status: 'disabled' }));
  assert.equal(table.mayAct(0), false);
  writeFlags(table, entry({ status: 'enabled' }));
  assert.equal(table.mayAct(0), true);
  writeFlags(table, entry({ index: 99 }));
});
