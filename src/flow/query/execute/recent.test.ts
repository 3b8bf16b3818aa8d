import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recent } from './recent.ts';

function make(most: number) {
  const made: string[] = [];
  const recent = new Recent<string>(most);
  const get = (key: string): Promise<string> =>
    recent.get(key, async () => {
      made.push(key.slice(0, 9));
      if (key === 'bad') throw new Error('no');
      return `of ${key.length}`;
    });
  return { made, get };
}

test('Recent.get() makes each value once, and forgets what was not asked for the longest', async () => {
  const { made, get } = make(2);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(await get(key), 'of 1');
  assert.deepEqual(made, ['a', 'b', 'c', 'b']);
});

test('Recent.get() remembers neither failures nor what is very long', async () => {
  const { made, get } = make(2);
  for (const key of ['bad', 'bad']) await assert.rejects(get(key));
  for (const key of ['x'.repeat(70_000), 'x'.repeat(70_000)]) await get(key);
  assert.equal(made.length, 4);
});
