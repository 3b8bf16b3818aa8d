import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remoteDataKeys, remoteSegmentKeys } from './remote-keys.ts';

const key = (fill: number) => new Uint8Array(32).fill(fill);

function fakeControl(answer: readonly { handle: string; key: Uint8Array }[]) {
  const asked: unknown[] = [];
  const call = (async (method: string, parameters: unknown) => {
    asked.push([method, parameters]);
    return answer;
  }) as never;
  return { asked, control: { call } };
}

test('remoteDataKeys() asks for a key of the footer and of each column, in order', async () => {
  const { asked, control } = fakeControl([1, 2, 3].map((fill) => ({ handle: `h${fill}`, key: key(fill) })));
  const made = await remoteDataKeys(control).newDataKeys({
    stream: 's',
    columns: [
      { name: 'a', domain: 'operational' },
      { name: 'b', domain: 'personal' },
    ],
  });
  assert.deepEqual(asked, [
    [
      'newDataKeys',
      {
        stream: 's',
        columns: [
          { column: '', domain: 'operational' },
          { column: 'a', domain: 'operational' },
          { column: 'b', domain: 'personal' },
        ],
      },
    ],
  ]);
  assert.deepEqual(
    [made.footer.handle, made.columns.get('a')?.handle, made.columns.get('b')?.handle],
    ['h1', 'h2', 'h3'],
  );
  assert.deepEqual(made.columns.get('b')?.key.exportBytes(), key(3));
  await assert.rejects(remoteDataKeys(fakeControl([]).control).newDataKeys({ stream: 's', columns: [] }), TypeError);
});

test('remoteSegmentKeys() gives what control gave, by handle', async () => {
  const { asked, control } = fakeControl([{ handle: 'h', key: key(7) }]);
  const found = await remoteSegmentKeys(control).unwrap('segment:x', ['h', 'gone']);
  assert.deepEqual(asked, [['unwrapDataKeys', { resource: 'segment:x', handles: ['h', 'gone'] }]]);
  assert.deepEqual([...found.keys()], ['h']);
  assert.deepEqual(found.get('h')?.exportBytes(), key(7));
});
