import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withWholeId } from './whole-id.ts';

const [ONE, TWO] = ['0193f2a4'.padEnd(32, '0'), '0193f2b7'.padEnd(32, '0')];

test('withWholeId() completes what begins one id, and says where several do', async () => {
  const asked: string[] = [];
  const list = async (path: string) => (asked.push(path), { releases: [{ id: ONE }, { id: TWO }] });
  assert.equal(await withWholeId('/v1/releases/0193f2a4/rows', list), `/v1/releases/${ONE}/rows`);
  assert.equal(await withWholeId('/v1/releases/0193f2b', list), `/v1/releases/${TWO}`);
  await assert.rejects(withWholeId('/v1/releases/0193f2/approve', list), { code: 'CLI_USAGE', message: /2 ids/ });
  assert.equal(await withWholeId('/v1/releases/0193f2ff', list), '/v1/releases/0193f2ff', 'the platform says so');
  assert.deepEqual(asked, ['/v1/releases', '/v1/releases', '/v1/releases', '/v1/releases']);
});

test('withWholeId() asks for nothing where an id is whole, or is none', async () => {
  const list = () => assert.fail('nothing has to be asked');
  for (const path of [`/v1/releases/${ONE}`, '/v1/datasets/cafe', '/v1/releases', '/v1/alerts/r1', '/v1/query'])
    assert.equal(await withWholeId(path, list), path);
});
