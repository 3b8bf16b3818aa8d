import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DirectoryChange, DirectoryEntry } from './device-directory.ts';
import { LiveDirectory } from './live-directory.ts';

const entry = (name: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  index: 0,
  name,
  type: 'reefer',
  status: 'enabled',
  speaksFor: [],
  serials: ['0A', '0B'],
  ...more,
});

function liveWith(...entries: readonly DirectoryEntry[]): LiveDirectory {
  const live = new LiveDirectory('d');
  for (const one of entries) live.load(one);
  return live;
}

test('LiveDirectory tells each change with a version that rises by one, and of none that is none', () => {
  const live = liveWith(entry('a'));
  const changes: DirectoryChange[] = [];
  const stop = live.onChange((change) => changes.push(change));
  live.publishIfChanged(entry('a'));
  live.publish(Object.assign(entry('b'), { owner: 'not for gateways' }));
  live.publishIfChanged(entry('a', { status: 'disabled' }));
  stop();
  live.publish(entry('c'));
  assert.deepEqual(
    changes.map(({ version, device }) => [version, device.name, device.status]),
    [
      [1, 'b', 'enabled'],
      [2, 'a', 'disabled'],
    ],
  );
  assert.ok(!('owner' in (live.find('b') ?? {})));
  assert.equal(live.find('__proto__'), null);
  const { deployment, version, devices } = live.snapshot();
  assert.deepEqual([deployment, version, devices.length, live.size], ['d', 3, 3, 3]);
});

test('LiveDirectory.withdraw() holds against rows that do not say so yet, until they do', () => {
  const live = liveWith(entry('a', { suspended: ['0C'] }), entry('b'));
  const written = live.withdraw({ devices: new Set(['a']), serials: new Set(['0A', '0C']) }, ['a', 'nobody']);
  assert.deepEqual(live.find('a'), entry('a', { status: 'revoked', serials: ['0B'], suspended: [] }));
  live.publish(entry('a'));
  assert.equal(live.find('a')?.status, 'revoked');
  assert.equal(live.find('b')?.status, 'enabled');
  written();
  live.publish(entry('a', { status: 'revoked', serials: [] }));
  assert.deepEqual(live.find('a')?.serials, []);
});
