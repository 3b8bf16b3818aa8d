import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { micros } from '#base/core/index.ts';
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

const RECEIVED: readonly StoredColumn[] = [
  ...CLIMATE,
  { name: 'received', type: 'time', nullable: false, class: 'operational', unit: null },
];

/** Readings in the order of their times, received at these microseconds. */
function receivedBatch(received: readonly number[]): Batch {
  const batch = climateBatch(0, received.length);
  const data = { type: 'time', values: Float64Array.from(received), nulls: null } as const;
  return { ...batch, columns: [...batch.columns, { name: 'received', data }] };
}

async function compacted(...[plan, parts]: Parameters<typeof compactSegments>): Promise<Segment> {
  const segment = await compactSegments(plan, parts);
  assert.ok(segment !== null);
  return segment;
}

describe('compactSegments()', () => {
  it('leaves out what is kept no longer, by receipt and not by time, and says how many', async (t) => {
    const world = await storeWorld(t);
    const [input, keptFrom] = [await seal(world, receivedBatch([9, 1, 5, 3]), RECEIVED), micros(4)];
    assert.deepEqual(input.received, { first: 1, last: 9 });
    const rest = await compacted({ stream: 'climate', inputs: [input], keptFrom }, world);
    assert.deepEqual([rest.rows, rest.received], [2, { first: 5, last: 9 }]);
    assert.deepEqual(
      (await read(world, rest)).columns.find(({ name }) => name === 'received')?.data.type === 'time' &&
        (await read(world, rest)).columns.map(({ data }) => ('values' in data ? [...data.values] : [])).at(-1),
      [9, 5],
    );
    assert.deepEqual(world.audited.at(-1)?.detail?.['expired'], 2);
  });

  it('corrects rows about a person, and keeps no trace of what they held', async (t) => {
    const world = await storeWorld(t);
    const input = await seal(world, climateBatch(0, 6));
    const without = {
      stream: 'climate',
      columns: [{ name: 'device', values: ['b'] }],
      before: null,
      corrected: [
        { column: 'driver', value: 'right' },
        { column: 'temperature', value: null },
      ],
    };
    const made = await compacted({ stream: 'climate', inputs: [input], without }, world);
    const { columns } = await read(world, made);
    const driver = columns.find(({ name }) => name === 'driver')?.data;
    assert.ok(driver?.type === 'text');
    const drivers = [...driver.codes].map((code) => driver.dictionary[code]);
    const other = 'driver of 0';
    assert.deepEqual(drivers, [other, 'right', other, other, 'right', other]);
    assert.deepEqual([...columns.find(({ name }) => name === 'temperature')!.data.nulls!], [1, 1, 0, 0, 1, 1]);
    assert.equal(made.rows, 6);
  });

  it('comes to nothing where nothing is kept, without opening what it can tell by its span', async (t) => {
    const world = await storeWorld(t);
    const input = await seal(world, receivedBatch([1, 2]), RECEIVED);
    await world.objects.delete(input.objectKey);
    assert.equal(await compactSegments({ stream: 'climate', inputs: [input], keptFrom: micros(3) }, world), null);
  });

  it('merges by time under fresh keys, and says what from', async (t) => {
    const world = await storeWorld(t);
    const inputs = [await seal(world, climateBatch(20, 10)), await seal(world, climateBatch(0, 20, 't0'))];
    const merged = await compacted({ stream: 'climate', inputs }, world);
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
    const sealed = await compacted({ stream: 'climate', inputs }, { ...world, declared });
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
    const merged = await compacted({ stream: 'climate', inputs }, world);
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
