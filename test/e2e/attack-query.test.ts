import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { eventually } from '../support/eventually.ts';
import { askAsDevice } from './attack-device.ts';

const TEMPLATE = `
devices: { truck: {}, safe: {} }
streams:
  climate:
    from: truck
    purposes: [quality]
    rate: 1000/s
    fields:
      site: { type: text }
      temperature: { type: number, range: [-40, 60] }
      driver: { type: text, class: personal }
  vault:
    from: safe
    purposes: [secrecy]
    fields: { content: { type: text } }
views:
  open_sites: { from: climate, sql: open-sites.sql }
  known: { from: climate, sql: known.sql }
  numbers: { from: climate, sql: numbers.sql }
people:
  north: { query: [climate], purposes: [quality], sees: [operational], rows: { climate: "cast(replace(site, 'north', '1') as integer) = 1" } }
  analyst: { query: [open_sites, known, numbers], purposes: [quality], sees: [operational] }
  driver_desk: { query: [climate], purposes: [quality], sees: [operational, personal] }
  fenced: { query: [climate, open_sites], purposes: [quality], sees: [operational], rows: { climate: "nosuch = 'x'" } }
`;
const FILES = {
  'open-sites.sql': "select seq, site, temperature from climate where not regexp_matches(site, 'HIDDEN')",
  'numbers.sql': 'select seq, cast(site as integer) as n from climate where seq < 100',
  'known.sql': 'select site, temperature from climate where temperature < 1000 -- KNOWNVIEW',
};
const READINGS = [
  { site: 'north', temperature: 1, driver: 'ann', seq: 1 },
  { site: 'south', temperature: 2, driver: 'bob', seq: 2 },
  { site: 'HIDDENSITE', temperature: 44, driver: 'cid', seq: 3 },
];

/** What a statement comes to for somebody: its rows, or the code and words of its refusal. */
async function outcomeOf(weir: TestPlatform, token: string, sql: string, purpose?: string): Promise<string> {
  const body = { sql, ...(purpose === undefined ? {} : { purpose }) };
  const answer = await weir.call('POST', '/v1/query', { body, token });
  const { rows, code, detail } = answer.json<{ rows?: unknown[]; code?: string; detail?: string }>();
  return rows === undefined ? `${code} ${detail}` : JSON.stringify(rows);
}

test('nothing that was not granted comes out of a statement', async (t) => {
  await using weir = await startTestPlatform(TEMPLATE, FILES);
  const truck = await weir.enrol('truck-1', 'truck');
  const sent = await askAsDevice(weir, truck, 'POST', '/v1/streams/climate', JSON.stringify(READINGS));
  assert.equal(sent.status, 202, sent.text);
  const [analyst, desk, fenced, north] = await Promise.all([
    weir.addUser('ana', ['analyst']),
    weir.addUser('des', ['driver_desk']),
    weir.addUser('fen', ['fenced']),
    weir.addUser('nor', ['north']),
  ]);
  const visible = 'select seq from open_sites order by seq';
  const seen = '[{"seq":1},{"seq":2}]';
  assert.equal(
    await eventually(
      () => outcomeOf(weir, analyst, visible),
      (rows) => rows === seen,
    ),
    seen,
  );

  await t.test('an error tells nothing of rows that a view leaves out', async () => {
    for (const condition of ['-5', "ascii('(') - 45"]) {
      const oracle = `select seq from open_sites where chr(case when seq = 3 then ${condition} else 65 end) is not null`;
      assert.equal(await outcomeOf(weir, analyst, `${oracle} order by seq`), '[{"seq":1},{"seq":2}]');
    }
    const patterns = "case when site like 'HIDDEN%' then '(' else 'a' end";
    for (const sql of [
      `select seq from open_sites where regexp_replace('a', ${patterns}, '') <> 'q' order by seq`,
      `select seq from open_sites where len(regexp_extract_all('a', ${patterns})) >= 0 order by seq`,
      "select seq from open_sites where to_timestamp(case when temperature > 40 then 1e300 else 1 end) > '1970-01-01' order by seq",
      "select seq from open_sites where hamming('abc', case when seq = 3 then 'ab' else 'abc' end) = 0 order by seq",
    ]) {
      assert.equal(await outcomeOf(weir, analyst, sql), '[{"seq":1},{"seq":2}]', sql);
    }
  });

  await t.test('the words of an error quote nothing that a view or a row filter hides', async () => {
    for (const [token, sql] of [
      [analyst, 'select n from numbers'],
      [analyst, 'select sum(n) from numbers'],
      [north, 'select site from climate'],
    ] as const) {
      const body = { sql };
      const text = (await weir.call('POST', '/v1/query', { body, token })).body.toString();
      assert.match(text, /QUERY_FAILED/, sql);
      assert.doesNotMatch(text, /north|south|HIDDEN/, sql);
    }
    const own = (await weir.call('POST', '/v1/query', { body: { sql: "select cast('mine' as integer)" }, token: desk }))
      .body;
    assert.match(own.toString(), /mine/);
  });

  await t.test('EXPLAIN tells nothing of how a view is made', async () => {
    assert.match(await outcomeOf(weir, analyst, 'explain select * from open_sites'), /^QUERY_REFUSED/);
    assert.match(await outcomeOf(weir, analyst, 'explain from (from known)'), /^QUERY_REFUSED/);
    assert.match(await outcomeOf(weir, desk, 'explain select site from climate'), /physical_plan/);
  });

  await t.test('a relation that is not there for somebody changes nothing by being named', async () => {
    const plain = await outcomeOf(weir, desk, 'select driver from climate order by driver');
    assert.match(plain, /ann/);
    assert.equal(await outcomeOf(weir, desk, 'select driver from climate order by driver -- vault'), plain);
    assert.equal(
      await outcomeOf(weir, desk, 'select * from vault'),
      (await outcomeOf(weir, desk, 'select * from fault')).replaceAll('fault', 'vault'),
    );
  });

  await t.test('no statement takes the memory of the machine', async () => {
    for (const sql of ['select range(1000000000)', 'select list(range) from range(500000000)']) {
      assert.match(await outcomeOf(weir, desk, sql), /^QUERY_MEMORY_LIMIT/, sql);
    }
    assert.match(await outcomeOf(weir, desk, 'select count(*) as n from climate'), /3/);
  });

  await t.test('a row filter that cannot be applied hides the relation and all that is made from it', async () => {
    for (const relation of ['climate', 'open_sites']) {
      assert.match(await outcomeOf(weir, fenced, `select * from ${relation}`), /^QUERY_REFUSED/, relation);
    }
  });
});
