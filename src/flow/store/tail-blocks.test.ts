import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { seconds } from '#base/core/index.ts';
import { AeadKey } from '#base/crypto/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { silentLog } from '../../../test/support/open-audit-log.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { CLIMATE, climateBatch } from '../../../test/support/store-world.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import type { Cleanable } from '../../../test/support/tmp.ts';
import { decodeParquet } from './parquet/decode-parquet.ts';
import { fixedKeys } from './parquet/open-keys.ts';
import { openParquetInMemory } from './parquet/open-parquet.ts';
import { memoryReader } from './parquet/range-reader.ts';
import { Tail } from './tail.ts';
import { TailBlocks } from './tail-blocks.ts';
import type { TailBlock } from './tail-blocks.ts';

const BATCH_ROWS = 8_192;

async function openBlocks(t: Cleanable) {
  const directory = path.join(await temporaryFolder(t), 'tail');
  const parts = { directory, clock: frozenClock(), random: seededRandom(1), log: silentLog };
  return { directory, parts, blocks: await TailBlocks.open(parts) };
}

/** A tail of batches whose temperatures go on from one to the next. */
function tailOf(batches: number): { readonly tail: Tail; readonly add: (more: number) => void } {
  const tail = new Tail();
  let at = 0;
  const add = (more: number): void => {
    for (let i = 0; i < more; i++, at++) {
      const batch = climateBatch(at * BATCH_ROWS, BATCH_ROWS);
      tail.add({ batch, file: 'f', before: at, after: at + 1 }, 0);
    }
  };
  add(batches);
  return { tail, add };
}

async function timesIn(block: TailBlock): Promise<readonly number[]> {
  const time = CLIMATE.filter(({ name }) => name === 'time').map((column) => ({ ...column, nullable: true }));
  const data = decodeParquet(await plainOf(block), time).columns[0]?.data;
  return data?.type === 'time' ? [...data.values] : [];
}

async function plainOf({ path: file, aadPrefix, keys, columns }: TailBlock): Promise<Uint8Array> {
  const given = fixedKeys(
    AeadKey.fromBytes(keys.footer),
    new Map([...keys.columns].map(([name, key]) => [name, AeadKey.fromBytes(key)])),
  );
  const wanted = columns.map((name) => [name]);
  const source = memoryReader(new Uint8Array(await readFile(file)));
  return (await openParquetInMemory(source, given, { aadPrefix, columns: wanted })).file;
}

test('TailBlocks.cover() hands over little as it is', async (t) => {
  const { directory, blocks } = await openBlocks(t);
  const entries = tailOf(1).tail.visible('climate', 0);
  assert.deepEqual(await blocks.cover(entries, ['time']), { blocks: [], rest: entries });
  assert.deepEqual(await readdir(directory), []);
});

test('TailBlocks.cover() makes sealed blocks of much, once, with the keys of what was asked for', async (t) => {
  const { directory, blocks } = await openBlocks(t);
  const { tail, add } = tailOf(9);
  const [first, again] = await Promise.all(
    [['time'], ['time', 'driver', 'unknown']].map((columns) => blocks.cover(tail.visible('climate', 0), columns)),
  );
  assert.equal(first?.rest.length, 0);
  assert.deepEqual(
    first?.blocks.map(({ rows, columns }) => [rows, columns]),
    [
      [5 * BATCH_ROWS, ['time']],
      [4 * BATCH_ROWS, ['time']],
    ],
  );
  assert.deepEqual(
    again?.blocks.map(({ id, columns, keys }) => [id, columns, [...keys.columns.keys()]]),
    first?.blocks.map(({ id }) => [id, ['time', 'driver'], ['time', 'driver']]),
  );
  assert.equal((await readdir(directory)).length, 2);
  const times = await Promise.all((first?.blocks ?? []).map((block) => timesIn(block)));
  const held = tail.visible('climate', 0).flatMap(({ batch }) => {
    const data = batch.columns.find(({ name }) => name === 'time')?.data;
    return data?.type === 'time' ? [...data.values] : [];
  });
  assert.deepEqual(times.flat(), held);
  // Too little for a block of its own, and then too little to wait for one.
  add(1);
  await blocks.keepUp(tail.visible('climate', 0));
  add(1);
  const later = await blocks.cover(tail.visible('climate', 0), []);
  assert.deepEqual([later.blocks.length, later.rest.length], [2, 2]);
  await blocks.keepUp(tail.visible('climate', 0));
  assert.equal((await blocks.cover(tail.visible('climate', 0), [])).blocks.length, 3);
});

test('TailBlocks.cover() has only columns in blocks that are asked for, and makes blocks anew for others', async (t) => {
  const { parts, blocks } = await openBlocks(t);
  const { tail, add } = tailOf(8);
  const cover = (...columns: string[]) => blocks.cover(tail.visible('climate', 0), columns);
  const size = async ({ path: file }: TailBlock): Promise<number> => (await readFile(file)).length;
  const [counted] = (await cover()).blocks;
  assert.deepEqual(counted?.columns, ['_rows']);
  const [timed] = (await cover('time')).blocks;
  assert.deepEqual(timed?.columns, ['time']);
  assert.notEqual(timed?.id, counted.id);
  const [both] = (await cover('time', 'temperature')).blocks;
  assert.deepEqual(both?.columns, ['time', 'temperature']);
  assert.equal((await cover('time')).blocks[0]?.id, both.id, 'more than is asked for is enough');
  assert.ok((await size(both)) > 1.5 * (await size(timed)));
  // What nobody has asked for lately is in no new block.
  parts.clock.advance(seconds(16));
  await cover('time');
  add(8);
  const latest = (await cover('time')).blocks.at(-1);
  assert.ok(latest !== undefined && (await size(latest)) < (await size(timed)) * 1.1);
});

test('TailBlocks.cover() counts rows by no column that somebody else asked for', async (t) => {
  const { blocks } = await openBlocks(t);
  const { tail } = tailOf(8);
  await blocks.cover(tail.visible('climate', 0), ['driver']);
  const [counted] = (await blocks.cover(tail.visible('climate', 0), ['unknown'])).blocks;
  assert.deepEqual([counted?.columns, [...(counted?.keys.columns.keys() ?? [])]], [['_rows'], ['_rows']]);
  assert.equal(counted?.rows, 8 * BATCH_ROWS);
  const plain = await plainOf(counted);
  assert.equal(decodeParquet(plain, [{ name: '_rows', type: 'boolean', nullable: true }]).rows, 8 * BATCH_ROWS);
  assert.throws(() => decodeParquet(plain, [{ name: 'driver', type: 'text', nullable: true }]), { code: 'STORE_COLUMN_MISSING' }); // prettier-ignore
});

test('TailBlocks.cover() takes no block apart, and keeps no key on disk', async (t) => {
  const { directory, blocks } = await openBlocks(t);
  const { tail } = tailOf(8);
  const { blocks: made } = await blocks.cover(tail.visible('climate', 0), ['time']);
  assert.equal(made.length, 1);
  const cut = tail.cut('climate', 7 * BATCH_ROWS)!;
  tail.published(cut, 1, 0);
  const after = await blocks.cover(tail.visible('climate', 1), ['time']);
  assert.deepEqual([after.blocks.length, after.rest.length], [0, 1]);
  const before = await blocks.cover(tail.visible('climate', 0), ['time']);
  assert.deepEqual([before.blocks[0]?.id, before.rest.length], [made[0]?.id, 0]);
  const file = await readFile(path.join(directory, made[0]?.id ?? ''));
  for (const key of made[0]?.keys.columns.values() ?? []) assert.equal(file.includes(key), false);
  assert.equal(file.subarray(0, 4).toString(), 'PARE');
});

test('TailBlocks.forget() removes blocks whose readings have left once nobody opens them, open() what was left behind', async (t) => {
  const { directory, parts, blocks } = await openBlocks(t);
  const { tail } = tailOf(4);
  await blocks.cover(tail.visible('climate', 0), ['time']);
  tail.published(tail.cut('climate', Infinity)!, 1, 0);
  await blocks.forget();
  assert.equal(blocks.size, 1);
  tail.forget(1);
  await blocks.forget();
  assert.deepEqual([blocks.size, (await readdir(directory)).length], [0, 1], 'a statement has been given it');
  parts.clock.advance(seconds(60));
  await blocks.forget();
  assert.deepEqual(await readdir(directory), []);
  await writeFile(path.join(directory, 'left'), '');
  await TailBlocks.open(parts);
  assert.deepEqual(await readdir(directory), []);
});

test('TailBlocks.cover() hands all over as it is where nothing can be written', async (t) => {
  const { directory, blocks } = await openBlocks(t);
  const entries = tailOf(4).tail.visible('climate', 0);
  await rm(directory, { recursive: true });
  assert.deepEqual(await blocks.cover(entries, ['time']), { blocks: [], rest: entries });
});
