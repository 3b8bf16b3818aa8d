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
  { site: 'HIDDENSITE(', temperature: 44, driver: 'cid', seq: 3 },
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
    // Each pair asks about a row that the view hides, and about one that does not exist: nobody can tell them apart.
    const pairs = ([hidden, absent]: [string, string], statement: (condition: string) => string) =>
      [statement(hidden), statement(absent)] as const;
    const seq: [string, string] = ['seq = 3', 'seq = 99'];
    const site: [string, string] = ["site like 'HIDDEN%'", "site like 'NOWHERE%'"];
    const ask = (expression: string) => `select seq from open_sites where hash(${expression}) <> 7 order by seq`;
    for (const [hidden, absent] of [
      pairs(seq, (is) => ask(`chr(case when ${is} then -5 else 65 end)`)),
      pairs(seq, (is) => ask(`hamming('abc', case when ${is} then 'ab' else 'abc' end)`)),
      pairs(site, (is) => ask(`regexp_replace('a', case when ${is} then '(' else 'a' end, '')`)),
      pairs(site, (is) => ask(`regexp_extract_all('a', case when ${is} then '(' else 'a' end)`)),
      pairs(seq, (is) => ask(`to_timestamp(case when ${is} then 1e300 else 1 end)`)),
    ]) {
      assert.equal(await outcomeOf(weir, analyst, hidden), await outcomeOf(weir, analyst, absent), hidden);
    }
    // Sealed columns come with a dictionary, which holds values of hidden rows too.
    await weir.restart();
    for (const expression of ["hamming('north', site)", "regexp_replace('a', site, '')", 'to_timestamp(temperature)']) {
      assert.match(await outcomeOf(weir, analyst, ask(expression)), /^\[|^QUERY_REFUSED/, expression);
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
