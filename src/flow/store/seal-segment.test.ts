import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import { sealSegment, survey } from './seal-segment.ts';

const content = (batches = [climateBatch(3, 10), climateBatch(13, 5)]): Parameters<typeof sealSegment>[0] => ({
  stream: 'climate',
  columns: CLIMATE,
  batches,
  spans: [{ file: 'w0', after: 0, to: 9 }],
  inputs: [],
  templates: ['t1'],
});

describe('sealSegment()', () => {
  it('describes what it stored, under keys of its own by domain', async (t) => {
    const world = await storeWorld(t);
    const segment = await sealSegment(content(), world);
    assert.deepEqual(
      [segment.rows, segment.minTime, segment.maxTime, segment.devices, segment.created, segment.version],
      [15, 3e6, 17e6, 3, world.clock.now(), 1],
    );
    assert.deepEqual(
      segment.columns.map(({ name, domain }) => [name, domain]),
      [
        ['device', 'operational'],
        ['time', 'operational'],
        ['temperature', 'operational'],
        ['driver', 'identifier'],
      ],
    );
    const object = await world.objects.read(segment.objectKey);
    assert.deepEqual([object.length, sha256Hex(object)], [segment.size, segment.digest]);
    assert.equal(new Set([segment.footerHandle, ...segment.columns.map(({ handle }) => handle)]).size, 5);
    assert.equal(Buffer.from(object).includes('driver of'), false);
  });

  it('leaves no object behind where the log cannot be written', async (t) => {
    const world = await storeWorld(t);
    const audit = { append: () => Promise.reject(new Error('the log is full')) };
    await assert.rejects(sealSegment(content(), { ...world, audit }), /the log is full/);
    assert.deepEqual(await Array.fromAsync(world.objects.list('')), []);
  });

  it('puts the digest into the log once the object is there', async (t) => {
    const world = await storeWorld(t);
    const order: string[] = [];
    const objects = {
      ...world.objects,
      put: async (key: string, data: Uint8Array | readonly Uint8Array[]) => {
        order.push('put');
        await world.objects.put(key, data);
      },
    };
    const audit = {
      append: (event: { action: string }) => {
        order.push(event.action);
        return Promise.resolve({ index: 0 });
      },
    };
    await sealSegment(content(), { ...world, objects, audit });
    assert.deepEqual(order, ['put', 'seal-segment']);
    const segment = await sealSegment({ ...content(), inputs: ['a', 'b'] }, world);
    assert.deepEqual(
      world.audited.map(({ action, digest }) => [action, digest]),
      [['compact-segments', segment.digest]],
    );
  });

  it('does not store what may not be: secrets, and columns without a key', async (t) => {
    const world = await storeWorld(t);
    const secret = [...CLIMATE.slice(0, 3), { ...CLIMATE[3]!, class: 'secret' as const }];
    await assert.rejects(sealSegment({ ...content(), columns: secret }, world), {
      code: 'STORE_SHAPE_CONFLICT',
      column: 'driver',
    });
    const dataKeys = {
      newDataKeys: async (request: Parameters<typeof world.dataKeys.newDataKeys>[0]) => ({
        footer: (await world.dataKeys.newDataKeys(request)).footer,
        columns: new Map(),
      }),
    };
    await assert.rejects(sealSegment(content(), { ...world, dataKeys }), {
      code: 'STORE_KEY_MISSING',
      column: 'device',
    });
    const keys: string[] = [];
    for await (const key of world.objects.list('segments/')) keys.push(key);
    assert.deepEqual(keys, []);
  });
});

describe('survey()', () => {
  it('counts devices over dictionaries and refuses readings without times', () => {
    assert.deepEqual(survey([climateBatch(0, 1), climateBatch(1, 1), climateBatch(4, 1)]), {
      rows: 3,
      minTime: 0,
      maxTime: 4e6,
      received: null,
      devices: 2,
    });
    assert.throws(() => survey([]), TypeError);
  });
});
