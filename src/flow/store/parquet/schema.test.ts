import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { columnKey, SchemaTree } from './schema.ts';
import { i32, structOf, text } from './thrift-value.ts';

const group = (name: string, children: number): ReturnType<typeof structOf> =>
  structOf({ 4: text(name), 5: i32(children) });
const leaf = (name: string): ReturnType<typeof structOf> => structOf({ 1: i32(5), 4: text(name) });
const nested = [group('root', 3), leaf('a'), group('st', 2), leaf('x'), group('y', 1), leaf('z'), leaf('b')];
const invalid = { code: 'STORE_PARQUET_INVALID' };

describe('SchemaTree', () => {
  it('numbers the leaves in the order of the schema', () => {
    const paths = new SchemaTree(nested).leaves.map(({ path }) => columnKey(path));
    assert.deepEqual(paths, ['a', 'st.x', 'st.y.z', 'b']);
  });

  it('select() takes a leaf or all below a group, in the order of the schema', () => {
    const tree = new SchemaTree(nested);
    const select = (...paths: string[][]): number[] => tree.select(paths).map(({ index }) => index);
    assert.deepEqual(select(['b'], ['a']), [0, 3]);
    assert.deepEqual(select(['st']), [1, 2]);
    assert.deepEqual(select(['st', 'y']), [2]);
    for (const missing of [['c'], ['st', 'q'], ['a', 'b'], []]) {
      assert.throws(() => tree.select([missing]), { code: 'STORE_COLUMN_MISSING' });
    }
  });

  it('prune() keeps the groups above what is kept, with the right number of children', () => {
    const names = (kept: number[]): string =>
      new SchemaTree(new SchemaTree(nested).prune(new Set(kept))).leaves.map(({ path }) => columnKey(path)).join(' ');
    assert.equal(names([2]), 'st.y.z');
    assert.equal(names([0, 3]), 'a b');
    assert.equal(names([0, 1, 2, 3]), 'a st.x st.y.z b');
    assert.equal(names([]), '');
  });

  it('refuses names with dots, for a.b and field b of struct a would be one', () => {
    assert.throws(() => new SchemaTree([group('root', 1), leaf('a.b')]), invalid);
  });

  it('refuses what is no tree, two columns of one name and empty names', () => {
    for (const elements of [
      [],
      [group('root', 2), leaf('a')],
      [group('root', 1), leaf('a'), leaf('b')],
      [group('root', 2), leaf('a'), leaf('a')],
      [group('root', 1), leaf('')],
      [group('root', -1)],
      Array.from({ length: 100 }, (_, i) => group(`g${i}`, 1)),
    ]) {
      assert.throws(() => new SchemaTree(elements), invalid);
    }
  });
});
