import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalPosition, JournalRecord, JournalWriter } from '#flow/journal/index.ts';
import { DeviceTable, markOf } from '#trust/identity/index.ts';
import { CommitGroups } from './commit-groups.ts';
import type { CommitGroupsParts } from './commit-groups.ts';

function setup(pace?: CommitGroupsParts['pace']) {
  const groups: { kinds: string[]; settle: PromiseWithResolvers<JournalPosition> }[] = [];
  const journal: JournalWriter = {
    append(records: readonly JournalRecord[]) {
      const settle = Promise.withResolvers<JournalPosition>();
      groups.push({ kinds: records.map((record) => record.kind), settle });
      return settle.promise;
    },
    close: () => Promise.resolve(),
  };
  const table = DeviceTable.create({ devices: 1, streams: 1, records: 1, window: 4, stepped: 1 }, new Uint8Array(8));
  const commit = new CommitGroups({ journal, table, worker: 2, digestKey: new Uint8Array(32), ...(pace && { pace }) });
  return { commit, groups };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const event = { session: 'c', event: new Uint8Array(0) };

test('what comes in one turn, or while a group is written, is one group', async () => {
  const { commit, groups } = setup();
  assert.equal(commit.mark, markOf(2, 1));
  commit.session(event);
  commit.refused('d', 's', 21, null);
  const first = commit.durable();
  assert.equal(commit.durable(), first);
  await turn();
  assert.deepEqual(groups[0]!.kinds, ['refusals', 'session']);
  assert.equal(commit.mark, markOf(2, 2));
  assert.equal(commit.durable(), first, 'nothing came since');
  commit.session(event);
  commit.session(event);
  const second = commit.durable();
  assert.notEqual(second, first);
  await turn();
  assert.equal(groups.length, 1);
  groups[0]!.settle.resolve({ file: 'f', offset: 1 });
  await first;
  await turn();
  assert.deepEqual(groups[1]!.kinds, ['session']);
  groups[1]!.settle.resolve({ file: 'f', offset: 2 });
  await second;
  await commit.drain();
  assert.equal(await commit.durable(), undefined);
});

test('a group that fails takes the open one with it, and the next goes on', async () => {
  const { commit, groups } = setup();
  commit.session(event);
  const first = commit.durable();
  await turn();
  commit.session(event);
  const second = commit.durable();
  const error = new Error('made to fail');
  groups[0]!.settle.reject(error);
  await assert.rejects(first, error);
  await assert.rejects(second, error);
  assert.equal(commit.failures, 1);
  await turn();
  assert.equal(groups.length, 1, 'nothing of the open group is written');
  commit.session(event);
  await turn();
  assert.equal(groups.length, 2);
  assert.equal(commit.mark, markOf(2, 4));
});

test('a group with readings waits for its turn, and takes along what comes meanwhile', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const waits = [5, 0];
  const cuts: number[] = [];
  const pace = { waitMs: () => waits.shift() ?? 0, cut: (rows: number) => void cuts.push(rows) };
  const { commit, groups } = setup(pace);
  commit.made({ stream: 's', template: 't', rows: 3, columns: [] });
  const first = commit.durable();
  await turn();
  assert.equal(groups.length, 0, 'it is not its turn');
  commit.made({ stream: 's', template: 't', rows: 4, columns: [] });
  assert.equal(commit.durable(), first);
  t.mock.timers.tick(5);
  assert.deepEqual(groups[0]!.kinds, ['batch', 'batch']);
  assert.deepEqual(cuts, [7]);
  groups[0]!.settle.resolve({ file: 'f', offset: 1 });
  await first;
});

test('what is no reading waits for nothing', async () => {
  const { commit, groups } = setup({ waitMs: () => 60_000, cut: () => undefined });
  commit.session(event);
  await turn();
  assert.equal(groups.length, 1);
  groups[0]!.settle.resolve({ file: 'f', offset: 1 });
  await commit.drain();
});

test('a journal that throws fails the group as one that rejects', async () => {
  const table = DeviceTable.create({ devices: 1, streams: 1, records: 1, window: 4, stepped: 1 }, new Uint8Array(8));
  const journal: JournalWriter = {
    append() {
      throw new RangeError('made to throw');
    },
    close: () => Promise.resolve(),
  };
  const commit = new CommitGroups({ journal, table, worker: 0, digestKey: new Uint8Array(32) });
  commit.session(event);
  await assert.rejects(commit.durable(), RangeError);
  await commit.drain();
});
