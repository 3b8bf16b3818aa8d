import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import { SteadyPublisher } from '../support/steady-publisher.ts';

const template = (limits: string): string => `
devices: { truck: {} }
limits: ${limits}
streams: { climate: { from: truck, rate: 10000/s, fields: { n: { type: integer } } } }
people:
  operator: { query: all }
  scientist: { query: [climate] }
`;

const ENDLESS = 'with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t';
const counted = (rows: number): string => `select unnest(range(${rows})) as n`;

test('a statement has its time, rows and memory, and no more', async () => {
  await using weir = await startTestPlatform(
    template('{ query-time: 2s, query-rows: 1000, query-memory: 64MiB, queries-at-once: 2 }'),
  );
  await assert.rejects(weir.query(ENDLESS), { code: 'QUERY_TIME_LIMIT', status: 422 });
  assert.equal((await weir.query(counted(1_000))).length, 1_000);
  await assert.rejects(weir.query(counted(1_001)), (error: Error & { code?: string }) =>
    // Past the first part of a result the answer can only break off.
    error.code === undefined ? /JSON|aborted/.test(error.message) : error.code === 'QUERY_ROW_LIMIT',
  );
  const large = `with recursive t(n, s) as (select 1, repeat('x', 1000000) union all select n + 1, s || n::varchar from t where n < 400) select count(*), max(length(s)) from (select distinct s, n from t) u`;
  await assert.rejects(weir.query(large), { code: /^QUERY_(MEMORY|TIME)_LIMIT$/ });
  assert.deepEqual(await weir.query('select 1 as one'), [{ one: 1 }]);

  // Two run at once; a third waits its turn, and all are answered.
  const slow = Array.from({ length: 3 }, () => weir.query(ENDLESS).catch((error: { code: string }) => error.code));
  assert.deepEqual(await Promise.all(slow), ['QUERY_TIME_LIMIT', 'QUERY_TIME_LIMIT', 'QUERY_TIME_LIMIT']);
});

test('who leaves takes the statement along', async () => {
  await using weir = await startTestPlatform(template('{ query-time: 60s, queries-at-once: 1 }'));
  const token = await weir.addUser('ada', ['scientist']);
  await weir.query('select 1 as one', { token });
  const leaving = new AbortController();
  const asking = weir.call('POST', '/v1/query', { token, body: { sql: ENDLESS }, signal: leaving.signal });
  const running = await eventually(
    async () => (await weir.status()).queries.running,
    (count) => count === 1,
  );
  assert.equal(running, 1);
  leaving.abort();
  await assert.rejects(asking);
  const left = await eventually(
    async () => (await weir.status()).queries.running,
    (count) => count === 0,
  );
  assert.equal(left, 0);
  assert.deepEqual(await weir.query('select 2 as two', { token }), [{ two: 2 }]);
});

test('a reading is there soon after its acknowledgement, while more come', async () => {
  await using weir = await startTestPlatform(template('{ devices: 100 }'));
  const publisher = new SteadyPublisher({
    device: await weir.enrol('truck-1', 'truck'),
    port: () => weir.platform.address.ports.mqtt,
    topic: 'streams/climate',
    payload: (n) => `{"n": ${n}, "seq": ${n}}`,
    burst: 100,
    pauseMs: 20,
  });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => publisher.giveUp());
  await weir.query('select 1 as one');
  for (let look = 1; look <= 6; look++) {
    const acknowledged = await eventually(
      () => publisher.acknowledged.size,
      (size) => size > look * 200,
    );
    assert.ok(acknowledged > look * 200, `only ${acknowledged} were taken`);
    const [row] = await eventually(
      () => weir.query<{ n: number }>('select count(*)::integer as n from climate'),
      ([found]) => (found?.n ?? 0) >= acknowledged,
    );
    assert.ok((row?.n ?? 0) >= acknowledged, `${row?.n} of ${acknowledged}`);
  }
  await publisher.stop();
});
