import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import type { StoreWorld } from '../../../test/support/store-world.ts';
import { compactSegments } from './compact-segments.ts';
import { openSegment } from './open-segment.ts';
import { MemorySink } from './parquet/byte-sink.ts';
import { decodeParquet } from './parquet/decode-parquet.ts';
import { sealSegment } from './seal-segment.ts';
import type { Segment, StoredColumn } from './segment.ts';

const seal = (world: StoreWorld, batch: Batch, columns: readonly StoredColumn[] = CLIMATE): Promise<Segment> =>
  sealSegment(
    { stream: 'climate', columns, batches: [batch], spans: [], inputs: [], templates: [batch.template] },
    world,
  );

async function read(world: StoreWorld, segment: Segment): Promise<ReturnType<typeof decodeParquet>> {
  const sink = new MemorySink();
  await openSegment(
    world.objects,
    segment,
    segment.columns.map(({ name }) => name),
    world.keys,
    sink,
  );
  return decodeParquet(sink.bytes(), segment.columns);
}

describe('compactSegments()', () => {
  it('merges by time under fresh keys, and says what from', async (t) => {
    const world = await storeWorld(t);
    const inputs = [await seal(world, climateBatch(20, 10)), await seal(world, climateBatch(0, 20, 't0'))];
    const merged = await compactSegments({ stream: 'climate', inputs }, world);
    assert.deepEqual([merged.rows, merged.minTime, merged.maxTime, merged.devices], [30, 0, 29e6, 3]);
    assert.deepEqual(
      merged.inputs,
      inputs.map(({ id }) => id),
    );
    assert.deepEqual(merged.templates, ['t1', 't0']);
    const handles = new Set(inputs.flatMap(({ columns }) => columns.map(({ handle }) => handle)));
    assert.ok(merged.columns.every(({ handle }) => !handles.has(handle)));
    const { columns } = await read(world, merged);
    const { columns: expected } = climateBatch(0, 30);
    assert.deepEqual(columns[1], expected[1]);
    assert.deepEqual(columns[2], expected[2]);
    for (const input of inputs) assert.equal((await read(world, input)).rows, input.rows);
  });

  it('seals under the class that is declared by now, stricter or laxer, and logs what changed', async (t) => {
    const world = await storeWorld(t);
    const inputs = [await seal(world, climateBatch(0, 5))];
    const declared = () => new Map([['temperature', 'health'] as const, ['driver', 'operational'] as const]);
    const sealed = await compactSegments({ stream: 'climate', inputs }, { ...world, declared });
    assert.deepEqual(
      sealed.columns.map(({ name, class: cls, domain }) => [name, cls, domain]),
      [
        ['device', 'operational', 'operational'],
        ['time', 'operational', 'operational'],
        ['temperature', 'health', 'health'],
        ['driver', 'operational', 'operational'],
      ],
    );
    assert.deepEqual((await read(world, sealed)).columns, (await read(world, inputs[0]!)).columns);
    const entry = world.audited.at(-1);
    assert.equal(entry?.action, 'reseal-segment');
    assert.deepEqual(entry.detail, {
      stream: 'climate',
      rows: 5,
      inputs: sha256Hex(inputs[0]!.id),
      from: 1,
      classes: 'temperature operational>health, driver identifier>operational',
    });
  });

  it('joins shapes: what one lacks is null there, and the stricter class decides where none is declared', async (t) => {
    const world = await storeWorld(t);
    const narrow = CLIMATE.slice(0, 3);
    const strict = CLIMATE.map((column) =>
      column.name === 'temperature' ? { ...column, class: 'health' as const } : column,
    );
    const inputs = [await seal(world, climateBatch(0, 5), narrow), await seal(world, climateBatch(5, 5), strict)];
    const merged = await compactSegments({ stream: 'climate', inputs }, world);
    assert.deepEqual(merged.columns.map(({ name, domain }) => [name, domain]).slice(2), [
      ['temperature', 'health'],
      ['driver', 'identifier'],
    ]);
    const driver = (await read(world, merged)).columns[3]?.data;
    assert.deepEqual(driver?.nulls, Uint8Array.of(1, 1, 1, 1, 1, 0, 0, 0, 0, 0));
  });

  it('stops at a damaged input and leaves no object', async (t) => {
    const world = await storeWorld(t);
    const inputs = [await seal(world, climateBatch(0, 5)), await seal(world, climateBatch(5, 5))];
    await world.objects.delete(inputs[1]!.objectKey);
    await world.objects.put(inputs[1]!.objectKey, new Uint8Array(inputs[1]!.size));
    await assert.rejects(compactSegments({ stream: 'climate', inputs }, world), {
      code: 'STORE_SEGMENT_DAMAGED',
      segment: inputs[1]!.id,
    });
    const keys: string[] = [];
    for await (const key of world.objects.list('segments/')) keys.push(key);
    assert.equal(keys.length, 2);
  });
});
