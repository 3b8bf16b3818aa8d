import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { contentDigestOf, PART_ROWS } from '#flow/query/index.ts';
import { columnOf } from '../../../../test/support/query-fixture.ts';
import type { DatasetObject } from './dataset.ts';
import { pieceOf } from './dataset-rows.ts';
import { COLUMNS, makeDataset } from './testing.ts';
import { withoutPerson } from './without-person.ts';

const batchOf = (devices: readonly string[]): Batch => ({
  stream: '',
  template: '',
  rows: devices.length,
  columns: [
    { name: 'device', data: columnOf('text', devices.length, (row) => devices[row]) },
    { name: 'pressure', data: columnOf('number', devices.length, (row) => row) },
  ],
});

/** A dataset of such objects, and what is opened of it. */
function open(batches: readonly Batch[]) {
  const pieces = batches.map((batch) => pieceOf(COLUMNS, batch));
  const sizes = pieces.flatMap((each) => each.sizes);
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const content = {
    columns: COLUMNS,
    rows,
    partRows: PART_ROWS,
    parts: pieces.flatMap(({ digests }) => digests),
    sizes,
  };
  const [like] = makeDataset().objects;
  const objects: DatasetObject[] = batches.map((batch, at) => ({
    ...like!,
    id: `o${at}`,
    rows: batch.rows,
    parts: pieces[at]!.sizes.length,
  }));
  const opened: string[] = [];
  const sealed: (readonly [string, number])[] = [];
  const leave = (...who: readonly string[]) =>
    withoutPerson(
      { content: { ...content, digest: contentDigestOf(content) }, objects },
      new Map([['device', new Set(who)]]),
      {
        open: async ({ id }, columns) => {
          opened.push(`${id} ${columns.join()}`);
          return batches[Number(id.slice(1))]!;
        },
        seal: async (piece, instead) => {
          sealed.push([instead.id, piece.rows]);
          return { ...instead, version: 2, rows: piece.rows, parts: piece.parts };
        },
      },
    );
  return { leave, opened, sealed, content };
}

test('withoutPerson() opens and seals whole only what has rows of theirs', async () => {
  const { leave, opened, sealed, content } = open([batchOf(['a', 'b']), batchOf(['c']), batchOf(['b', 'b', 'd'])]);
  const left = await leave('b');
  assert.deepEqual(opened, ['o0 device', 'o0 device,pressure', 'o1 device', 'o2 device', 'o2 device,pressure']);
  assert.deepEqual(sealed, [
    ['o0', 1],
    ['o2', 1],
  ]);
  assert.deepEqual([left.erased, left.content.rows, left.content.sizes], [3, 3, [1, 1, 1]]);
  assert.equal(left.content.parts[1], content.parts[1]);
  assert.deepEqual(
    left.replaced.map(({ id }) => id),
    ['o0', 'o2'],
  );
  assert.equal(left.content.digest, contentDigestOf(left.content));
});

test('withoutPerson() lets an object go with its last row, but for one of a dataset that has none', async () => {
  const { leave, sealed } = open([batchOf(['a', 'a']), batchOf(['b'])]);
  const some = await leave('a');
  assert.deepEqual([some.objects.map(({ id }) => id), some.content.sizes, sealed], [['o1'], undefined, []]);
  const none = await leave('a', 'b');
  assert.deepEqual([none.objects.map(({ rows }) => rows), none.content.rows, none.content.parts], [[0], 0, []]);
  const { objects, erased } = await leave('nobody');
  assert.deepEqual([objects.length, erased], [2, 0]);
});

test('withoutPerson() cuts the parts of an object anew, and keeps those of the next', async () => {
  const many = batchOf(Array.from({ length: PART_ROWS + 10 }, (_, row) => (row === 5 ? 'a' : 'x')));
  const { leave, content } = open([many, batchOf(['y'])]);
  const left = await leave('a');
  assert.deepEqual(
    [content.sizes, left.content.sizes],
    [
      [PART_ROWS, 10, 1],
      [PART_ROWS, 9, 1],
    ],
  );
  assert.equal(left.content.parts[2], content.parts[2]);
});
