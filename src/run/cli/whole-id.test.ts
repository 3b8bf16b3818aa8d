import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeId, wholeIdAmong, withWholeId } from './whole-id.ts';

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

test('withWholeId() completes consents, and refused readings by their file, place and number', async () => {
  const lists: Record<string, Record<string, { id: string }[]>> = {
    '/v1/consents?limit=10000': { consents: [{ id: ONE }, { id: TWO }] },
    '/v1/quarantine?limit=1000': {
      readings: [{ id: `${ONE}.24.0` }, { id: `${ONE}.24.1` }, { id: `${ONE}.240.0` }, { id: `${TWO}.24.0` }],
    },
  };
  const list = async (path: string) => lists[path] ?? assert.fail(path);
  for (const [given, expected] of [
    ['/v1/consents/0193f2a4/withdraw', `/v1/consents/${ONE}/withdraw`],
    ['/v1/quarantine/0193f2b7', `/v1/quarantine/${TWO}.24.0`],
    [`/v1/quarantine/${ONE}.240`, `/v1/quarantine/${ONE}.240.0`],
    [`/v1/quarantine/${ONE}.24.0`, `/v1/quarantine/${ONE}.24.0`],
    ['/v1/consents/keys', '/v1/consents/keys'],
  ] as const) {
    assert.equal(await withWholeId(given, list), expected);
  }
  await assert.rejects(withWholeId('/v1/quarantine/0193f2a4', list), { code: 'CLI_USAGE', message: /3 ids/ });
  assert.equal(await wholeId('consents', '0193f2b', list), TWO);
  assert.equal(wholeIdAmong([{ id: ONE }], '019'), '019', 'too short to be a beginning');
});
