import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { disposableFolder } from '../../../../test/support/tmp.ts';
import { allowedProcessors, deviceInterrupts, shareProcessors } from './processor-shares.ts';

test('of few processors each worker of the gateway gets one, those that devices interrupt least, and the store the others', () => {
  const interrupts = new Map([
    [0, 90],
    [1, 5],
    [2, 30],
    [3, 5],
  ]);
  assert.deepEqual(shareProcessors([0, 1], interrupts, 1), { gateway: [1], store: [0] });
  assert.deepEqual(shareProcessors([0, 1, 2, 3], interrupts, 1), { gateway: [1], store: [0, 2, 3] });
  assert.deepEqual(shareProcessors([0, 1, 2, 3], interrupts, 2), { gateway: [1, 3], store: [0, 2] });
  assert.deepEqual(shareProcessors([2, 7], new Map(), 1), { gateway: [2], store: [7] });
});

test('nothing is divided where processors are many, or every worker needs one, or the system does not tell', () => {
  const none = new Map<number, number>();
  assert.equal(shareProcessors([0, 1, 2, 3, 4], none, 1), null);
  assert.equal(shareProcessors([0, 1], none, 2), null);
  assert.equal(shareProcessors([5], none, 1), null);
  assert.equal(shareProcessors([], none, 1), null);
});

test('allowedProcessors() reads lists and ranges, and knows as many as Node does here', async () => {
  await using folder = await disposableFolder();
  const path = join(folder.path, 'status');
  const allowed = (list: string): readonly number[] => {
    writeFileSync(path, `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`);
    return allowedProcessors(path);
  };
  assert.deepEqual(allowed('0-3'), [0, 1, 2, 3]);
  assert.deepEqual(allowed('1,4-5,9'), [1, 4, 5, 9]);
  assert.deepEqual(allowed('x'), []);
  assert.deepEqual(allowedProcessors(join(folder.path, 'missing')), []);
  if (process.platform === 'linux') assert.equal(allowedProcessors().length, availableParallelism());
});

test('deviceInterrupts() sums what devices did on each processor, and leaves out what processors tell each other', async () => {
  await using folder = await disposableFolder();
  const path = join(folder.path, 'interrupts');
  writeFileSync(
    path,
    '           CPU0       CPU2\n' +
      ' 36:          7    7111507 PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0\n' +
      ' 39:      22387          0 PCI-MSIX-0000:00:03.0   2-edge      virtio2-output.0\n' +
      'LOC:    4698805    4877447   Local timer interrupts\n' +
      'ERR:          0\n',
  );
  assert.deepEqual(
    [...deviceInterrupts(path)],
    [
      [0, 22_394],
      [2, 7_111_507],
    ],
  );
  assert.equal(deviceInterrupts(join(folder.path, 'missing')).size, 0);
});
