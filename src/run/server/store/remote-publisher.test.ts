import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Publication } from '#flow/store/index.ts';
import { remotePublisher } from './remote-publisher.ts';

test('remotePublisher() asks control for each change and gives its answer', async () => {
  const asked: [string, unknown][] = [];
  const publisher = remotePublisher({
    call: (async (method: string, parameters: unknown) => {
      asked.push([method, parameters]);
      return method === 'publish' ? 7 : [];
    }) as never,
  });
  const publication = { cursor: [] } as unknown as Publication;
  assert.equal(await publisher.publish(publication), 7);
  await publisher.saveCursor([['a', 5]]);
  await publisher.known(['segments/a']);
  await publisher.forget(['x']);
  await publisher.replacedBefore(9);
  await publisher.active();
  await publisher.visible();
  assert.deepEqual(asked, [
    ['publish', publication],
    ['saveCursor', [['a', 5]]],
    ['known', ['segments/a']],
    ['forget', ['x']],
    ['replacedBefore', 9],
    ['active', null],
    ['visible', null],
  ]);
});
