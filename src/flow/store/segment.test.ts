import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeUtf8 } from '#base/core/index.ts';
import { requireObjectKey } from '#base/storage/index.ts';
import { masterKeyId, mergeColumns, SEGMENT_PREFIX, segmentAadPrefix, segmentObjectKey } from './segment.ts';
import type { StoredColumn } from './segment.ts';

const column = (name: string, changes: Partial<StoredColumn> = {}): StoredColumn => ({
  name,
  type: 'number',
  nullable: false,
  class: 'operational',
  unit: null,
  ...changes,
});

describe('segments', () => {
  it('name their objects and what binds them', () => {
    const key = segmentObjectKey('0193f2aabbcc00112233445566778899', 2);
    assert.equal(key, 'segments/0193f2/0193f2aabbcc00112233445566778899-2.parquet');
    assert.ok(key.startsWith(SEGMENT_PREFIX));
    requireObjectKey(key);
    assert.equal(decodeUtf8(segmentAadPrefix('ab', 2)), 'weir/segment/1/ab/2');
    assert.equal(masterKeyId('health'), 'weir:health');
  });
});

describe('mergeColumns()', () => {
  it('keeps one shape as it is', () => {
    const shape = [column('a'), column('b', { nullable: true, unit: 'Cel' })];
    assert.deepEqual(mergeColumns([shape]), shape);
    assert.deepEqual(mergeColumns([shape, shape]), shape);
  });

  it('makes nullable what one lacks, whichever it is', () => {
    const both = [column('a', { nullable: true }), column('b')];
    assert.deepEqual(
      mergeColumns([[column('b')], [column('a'), column('b')]]).toSorted((x, y) => (x.name < y.name ? -1 : 1)),
      both,
    );
    assert.deepEqual(mergeColumns([[column('a'), column('b')], [column('b')]]), both);
    const late = mergeColumns([[column('a')], [column('a')], [column('a'), column('c')]]);
    assert.deepEqual(
      late.map(({ nullable }) => nullable),
      [false, true],
    );
  });

  it('takes the stricter class in either order, and the newest unit', () => {
    for (const classes of [
      ['health', 'public'],
      ['public', 'health'],
    ] as const) {
      const shapes = classes.map((cls, i) => [column('a', { class: cls, unit: String(i) })]);
      assert.deepEqual(mergeColumns(shapes), [column('a', { class: 'health', unit: '1' })]);
    }
  });

  it('says what tokens it holds only where all are, and of which domain where it is one', () => {
    const of = (domain: string, version = 1) => [column('a', { tokens: { domain, version } })];
    const marks = (...shapes: (readonly StoredColumn[])[]) => mergeColumns(shapes)[0]?.tokens;
    assert.deepEqual(marks(of('d', 2), of('d', 1)), { domain: 'd', version: 1 });
    assert.deepEqual(marks(of('d'), [], of('d')), { domain: 'd', version: 1 });
    assert.deepEqual(marks(of('d'), of('e')), { domain: '', version: 0 });
    for (const shapes of [
      [of('d'), [column('a')]],
      [[column('a')], of('d')],
    ]) {
      assert.equal(marks(...shapes), undefined);
      assert.equal(marks(...shapes, of('d')), undefined);
    }
  });

  it('refuses another type, naming the column', () => {
    assert.throws(() => mergeColumns([[column('a')], [column('a', { type: 'text' })]]), {
      code: 'STORE_SHAPE_CONFLICT',
      column: 'a',
    });
  });
});
