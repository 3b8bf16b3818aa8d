import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { makeId, systemClock } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { AeadKey, systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { decodeParquet, MemorySink, openSegment } from '#flow/store/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { climateBatch, CLIMATE } from '../../../../test/support/store-world.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import type { SealingControlMethods } from './contract.ts';
import { SealingThread } from './sealing-thread.ts';

async function startWorker(t: Cleanable) {
  const objects = path.join(await temporaryFolder(t), 'objects');
  await mkdir(objects);
  const places = { folder: path.join(path.dirname(objects), 'places'), deployment: 'd', holder: 'h' };
  const keys = new Map<string, Uint8Array>();
  const audited: AuditEvent[] = [];
  const offered: SealingControlMethods = {
    audit: async (event) => void audited.push(event),
    newDataKeys: async ({ columns }) =>
      columns.map(() => {
        const handle = makeId(systemClock, systemRandom);
        keys.set(handle, systemRandom.bytes(32));
        return { handle, key: keys.get(handle)! };
      }),
    unwrapDataKeys: async ({ handles }) =>
      handles.flatMap((handle) => (keys.has(handle) ? [{ handle, key: keys.get(handle)! }] : [])),
  };
  const worker = SealingThread.start({
    objects,
    places,
    niceness: 1,
    isPressed: () => false,
    offered,
    onEnd: (error) => assert.fail(String(error)),
  });
  t.after(() => worker[Symbol.asyncDispose]());
  return { worker, objects, keys, audited };
}

const contentOf = (from: number, batches: number) => ({
  stream: 'climate',
  columns: CLIMATE,
  batches: Array.from({ length: batches }, (_, i) => climateBatch(from + i * 5, 5)),
  spans: [],
  inputs: [],
  templates: ['t1'],
  // The store's own, which does not cross.
  cut: { keep: () => {} },
});

test('SealingThread seals and merges as its own thread would, and leaves the batches that it is given', async (t) => {
  const { worker, objects, keys, audited } = await startWorker(t);
  const content = contentOf(0, 3);
  const before = structuredClone(content.batches);
  const first = await worker.seal(content);
  assert.deepEqual(content.batches, before);
  const second = await worker.seal(contentOf(15, 1));
  assert.deepEqual([first.rows, second.rows], [15, 5]);
  const merged = (await worker.compact({ stream: 'climate', inputs: [first, second] }, new Map())) ?? assert.fail();
  assert.deepEqual(
    audited.map(({ action, resource }) => [action, resource]),
    [
      ['seal-segment', `segment:${first.id}`],
      ['seal-segment', `segment:${second.id}`],
      ['compact-segments', `segment:${merged.id}`],
    ],
  );
  const held = new Map([...keys].map(([handle, key]) => [handle, AeadKey.fromBytes(key)]));
  const sink = new MemorySink();
  const names = CLIMATE.map(({ name }) => name);
  await openSegment(await openDirectoryObjects(objects), merged, names, held, sink);
  const columns = decodeParquet(sink.bytes(), CLIMATE).columns;
  const whole = climateBatch(0, 20).columns;
  const valuesOf = (from: typeof columns, name: string) => {
    const data = from.find((column) => column.name === name)?.data;
    return data?.type === 'text' ? [...data.codes].map((code) => data.dictionary[code]) : data && [...data.values];
  };
  for (const name of ['device', 'time']) assert.deepEqual(valuesOf(columns, name), valuesOf(whole, name), name);
});

test('SealingThread tells of a damaged input as a StoreError that names the segment', async (t) => {
  const { worker, objects } = await startWorker(t);
  const inputs: Segment[] = [await worker.seal(contentOf(0, 1)), await worker.seal(contentOf(5, 1))];
  const [first = assert.fail()] = inputs;
  await writeFile(path.join(objects, first.objectKey), Buffer.alloc(first.size));
  await assert.rejects(worker.compact({ stream: 'climate', inputs }, new Map()), (error: Error) => {
    assert.equal(error.constructor.name, 'StoreError');
    assert.deepEqual(
      { code: 'code' in error && error.code, segment: 'segment' in error && error.segment },
      { code: 'STORE_SEGMENT_DAMAGED', segment: first.id },
    );
    return true;
  });
});

test('SealingThread has a segment carry the region of its readings, and refuses one that stands elsewhere', async (t) => {
  const { worker } = await startWorker(t);
  const segment = await worker.seal({ ...contentOf(0, 1), region: 'eu', standsIn: 'eu' });
  assert.equal(segment.region, 'eu');
  const elsewhere = worker.seal({ ...contentOf(0, 1), region: 'eu', standsIn: 'us' });
  await assert.rejects(elsewhere, { code: 'STORE_REGION_REFUSED' });
});
