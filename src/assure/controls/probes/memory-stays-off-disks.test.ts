import { test } from 'node:test';
import { assertTurnsRed } from '../testing.ts';
import { memoryStaysOffDisks } from './memory-stays-off-disks.ts';

const exposed = (kind: string) => ({ status: async () => ({ exposures: [{ kind, detail: 'x' }] }) });

test('memoryStaysOffDisks turns red', () =>
  assertTurnsRed(memoryStaysOffDisks, {
    'there is swap': exposed('swap'),
    'a process may dump': exposed('core-dump'),
    'files lie on a disk': exposed('memory-files'),
    'nothing is known': { status: async () => ({}) },
  }));
