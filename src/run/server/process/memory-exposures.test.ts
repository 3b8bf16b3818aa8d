import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { memoryExposures } from './memory-exposures.ts';

const HEAD = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
const CORE = (soft: string): string =>
  `Limit  Soft Limit  Hard Limit  Units\nMax core file size        ${soft}    unlimited   bytes\n`;

/** A machine of files: what lies under `proc` and `sys`. */
async function machine(t: Cleanable, files: Readonly<Record<string, string>>) {
  const root = await temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return { proc: join(root, 'proc'), sys: join(root, 'sys'), memoryFiles: root };
}

const SWAP: readonly [what: string, files: Readonly<Record<string, string>>, exposed: boolean][] = [
  ['there is none', { 'proc/swaps': HEAD }, false],
  ['it is a partition', { 'proc/swaps': `${HEAD}/dev/sda2 partition 1 0 -2\n` }, true],
  ['it is a file', { 'proc/swaps': `${HEAD}/swapfile file 1 0 -2\n` }, true],
  [
    'it is encrypted',
    { 'proc/swaps': `${HEAD}/dev/dm-1 partition 1 0 -2\n`, 'sys/class/block/dm-1/dm/uuid': 'CRYPT-PLAIN-swap\n' },
    false,
  ],
  [
    'it is a volume on an encrypted device',
    {
      'proc/swaps': `${HEAD}/dev/dm-2 partition 1 0 -2\n`,
      'sys/class/block/dm-2/dm/uuid': 'LVM-x\n',
      'sys/class/block/dm-2/slaves/dm-0/x': '',
      'sys/class/block/dm-0/dm/uuid': 'CRYPT-LUKS2-x\n',
    },
    false,
  ],
  [
    'it is a volume over an encrypted and a plain device',
    {
      'proc/swaps': `${HEAD}/dev/dm-2 partition 1 0 -2\n`,
      'sys/class/block/dm-2/slaves/dm-0/x': '',
      'sys/class/block/dm-2/slaves/sdb1/x': '',
      'sys/class/block/dm-0/dm/uuid': 'CRYPT-LUKS2-x\n',
    },
    true,
  ],
  ['it is compressed memory', { 'proc/swaps': `${HEAD}/dev/zram0 partition 1 0 100\n` }, false],
  [
    'it is compressed memory that writes back to a disk',
    { 'proc/swaps': `${HEAD}/dev/zram0 partition 1 0 100\n`, 'sys/class/block/zram0/backing_dev': '/dev/sda3\n' },
    true,
  ],
  [
    'the platform may not use it',
    {
      'proc/swaps': `${HEAD}/dev/sda2 partition 1 0 -2\n`,
      'proc/self/cgroup': '0::/system.slice/weir.service\n',
      'sys/fs/cgroup/system.slice/weir.service/memory.swap.max': '0\n',
    },
    false,
  ],
  [
    'its container may not use it',
    {
      'proc/swaps': `${HEAD}/dev/sda2 partition 1 0 -2\n`,
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/memory.swap.max': '0\n',
    },
    false,
  ],
  [
    'the platform may use a little of it',
    {
      'proc/swaps': `${HEAD}/dev/sda2 partition 1 0 -2\n`,
      'proc/self/cgroup': '0::/system.slice/weir.service\n',
      'sys/fs/cgroup/system.slice/weir.service/memory.swap.max': '4096\n',
    },
    true,
  ],
];

for (const [what, files, exposed] of SWAP) {
  test(`memoryExposures() where swap is asked for and ${what}`, async (t) => {
    const found = await memoryExposures([], true, await machine(t, files));
    assert.deepEqual(
      found.map(({ kind }) => kind),
      exposed ? ['swap'] : [],
    );
  });
}

test('memoryExposures() names processes that may leave core dumps', async (t) => {
  const files = { 'proc/7/limits': CORE('0'), 'proc/8/limits': CORE('unlimited'), 'proc/9/limits': CORE('4096') };
  const found = await memoryExposures([7, 8, 9, 10], true, await machine(t, files));
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ['core-dump'],
  );
  assert.match(found[0]?.detail ?? '', /processes 8, 9 may/);
});

test('memoryExposures() wants files in memory to be there, where queries have no place of their own', async (t) => {
  const folders = await machine(t, {});
  assert.deepEqual(await memoryExposures([], true, folders), []);
  const [found] = await memoryExposures([], false, { ...folders, memoryFiles: '/proc' });
  assert.deepEqual(found?.kind, 'memory-files');
  assert.match(found?.detail ?? '', /not in memory/);
});
