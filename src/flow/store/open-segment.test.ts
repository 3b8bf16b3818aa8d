import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AeadKey } from '#base/crypto/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import type { StoreWorld } from '../../../test/support/store-world.ts';
import { openSegment, verifySegment } from './open-segment.ts';
import { MemorySink } from './parquet/byte-sink.ts';
import { decodeParquet } from './parquet/decode-parquet.ts';
import { sealSegment } from './seal-segment.ts';
import type { Segment } from './segment.ts';

async function sealed(t: TestContext, rows = 40): Promise<{ world: StoreWorld; segment: Segment; object: Uint8Array }> {
  const world = await storeWorld(t);
  const content = {
    stream: 'climate',
    columns: CLIMATE,
    batches: [climateBatch(0, rows)],
    spans: [],
    inputs: [],
    templates: ['t1'],
  };
  const segment = await sealSegment(content, world);
  return { world, segment, object: await world.objects.read(segment.objectKey) };
}

/** Changes an object behind the back of the port, as a failing disk does. */
const overwrite = (world: StoreWorld, segment: Segment, bytes: Uint8Array): Promise<void> =>
  writeFile(path.join(world.folder, 'objects', segment.objectKey), bytes);

const NAMES = CLIMATE.map(({ name }) => name);

async function open(
  world: StoreWorld,
  segment: Segment,
  columns = NAMES,
  keys: ReadonlyMap<string, AeadKey> = world.keys,
): Promise<Uint8Array> {
  const sink = new MemorySink();
  await openSegment(world.objects, segment, columns, keys, sink);
  return sink.bytes();
}

describe('openSegment()', () => {
  it('gives back the readings, of the wanted columns only', async (t) => {
    const { world, segment } = await sealed(t);
    const wanted = [CLIMATE[1]!, CLIMATE[2]!];
    const { rows, columns } = decodeParquet(await open(world, segment, ['time', 'temperature']), wanted);
    const { columns: expected } = climateBatch(0, 40);
    assert.equal(rows, 40);
    assert.deepEqual(columns, [expected[1], expected[2]]);
  });

  it('needs the keys of the wanted columns alone, and says which one is missing', async (t) => {
    const { world, segment } = await sealed(t);
    const keys = new Map(world.keys);
    keys.delete(segment.columns[3]!.handle);
    await open(world, segment, ['device', 'time'], keys);
    await assert.rejects(open(world, segment, ['driver'], keys), {
      code: 'STORE_KEY_MISSING',
      segment: segment.id,
      column: 'driver',
    });
    await assert.rejects(open(world, segment, ['nope']), { code: 'STORE_COLUMN_MISSING', column: 'nope' });
  });

  it('finds each flipped bit: not one opens as if nothing were', async (t) => {
    const { world, segment, object } = await sealed(t, 6);
    const columns = new Set<string | undefined>();
    for (let at = 0; at < object.length; at += 1) {
      const copy = Uint8Array.from(object);
      copy[at] = copy[at]! ^ (1 << (at % 8));
      await overwrite(world, segment, copy);
      await assert.rejects(
        open(world, segment),
        (error: { code: string; segment: string; column: string | undefined }) => {
          assert.deepEqual([error.code, error.segment], ['STORE_SEGMENT_DAMAGED', segment.id], `byte ${at}`);
          columns.add(error.column);
          return true;
        },
      );
      await assert.rejects(verifySegment(world.objects, segment), { code: 'STORE_SEGMENT_DAMAGED' });
    }
    assert.deepEqual(columns, new Set([undefined, ...NAMES]));
  });

  it('finds truncation, another segment in its place, an older version, wrong keys and a missing object', async (t) => {
    const { world, segment, object } = await sealed(t);
    const damaged = { code: 'STORE_SEGMENT_DAMAGED', segment: segment.id };
    await overwrite(world, segment, object.subarray(0, -1));
    await assert.rejects(open(world, segment), damaged);
    await overwrite(world, segment, object);
    await assert.rejects(open(world, { ...segment, version: 2 }), damaged);
    await assert.rejects(open(world, { ...segment, rows: 41 }), damaged);
    const wrong = new Map([...world.keys].map(([handle]) => [handle, AeadKey.fromBytes(new Uint8Array(32))]));
    await assert.rejects(open(world, segment, NAMES, wrong), damaged);
    const other = await sealSegment(
      { stream: 'climate', columns: CLIMATE, batches: [climateBatch(0, 40)], spans: [], inputs: [], templates: ['t1'] },
      world,
    );
    await overwrite(world, segment, await world.objects.read(other.objectKey));
    await assert.rejects(open(world, { ...segment, size: other.size }), damaged);
    await world.objects.delete(segment.objectKey);
    await assert.rejects(open(world, segment), { code: 'STORE_SEGMENT_MISSING' });
    await assert.rejects(verifySegment(world.objects, segment), { code: 'STORE_SEGMENT_MISSING' });
    await verifySegment(world.objects, other);
  });
});
