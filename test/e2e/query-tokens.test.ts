import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Batch } from '#base/core/index.ts';
import { batchShape, Ingest } from '#flow/ingest/index.ts';
import type { JournalRecord } from '#flow/journal/index.ts';
import { StatementParser } from '#flow/query/index.ts';
import { readTableColumns } from '#run/server/tables/table-columns.ts';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../support/make-template.ts';
import { governed, grantAll, query, sealToFile, testFiles } from '../support/query-fixture.ts';
import type { Rows, World } from '../support/query-fixture.ts';
import { disposableFolder } from '../support/tmp.ts';
import { tokenKeysOf } from '../support/token-keys.ts';

const TEMPLATE = makeTemplate(`
devices: {truck: {}}
streams:
  climate:
    from: truck
    purposes: [quality]
    rate: {sustained: 100000/s, burst: 100000}
    fields:
      container: {type: text, class: identifier, tokenise: containers}
      driver: {type: text, class: identifier, nullable: true}
      temperature: {type: number}
  trips:
    from: truck
    purposes: [quality]
    rate: {sustained: 100000/s, burst: 100000}
    fields:
      container: {type: text, class: identifier, tokenise: containers}
      driver: {type: text, class: identifier, nullable: true}
      number: {type: integer, class: identifier, tokenise: trips}
tables:
  customers:
    purposes: [quality]
    fields:
      container: {type: text, class: identifier, tokenise: containers}
      customer: {type: text}
`);
const KEYS = tokenKeysOf(TEMPLATE);
const NOW = 1_767_225_600_000_000;

const container = (n: number): string => `MSKU${String(n % 17).padStart(7, '0')}`;
const driver = (n: number): string | null => (n % 5 === 0 ? null : ['ada', 'bob', 'çelik', 'Émile'][n % 4]!);
const CLIMATE = Array.from({ length: 600 }, (_, n) => ({ container: container(n * 7), driver: driver(n), temperature: n % 23 })); // prettier-ignore
const TRIPS = Array.from({ length: 90 }, (_, n) => ({
  container: container(n),
  driver: driver(n + 1),
  number: n % 30,
}));
const CUSTOMERS = Array.from({ length: 12 }, (_, n) => ({ container: container(n), customer: `c${n % 4}` }));

let plain: DuckDBConnection;
let world: World;
let parser: StatementParser;
let folder: Awaited<ReturnType<typeof disposableFolder>>;
/** What each token stands for; the platform keeps no such list. */
const originals = new Map<string, string>();

before(async () => {
  folder = await disposableFolder();
  parser = await StatementParser.open();
  const batches = await throughIngest();
  const relations = new Map<string, ReturnType<typeof governed>>();
  const rows = new Map<string, Rows>();
  for (const name of ['climate', 'trips']) {
    const shapes = batchShape(TEMPLATE.streams.get(name)!);
    const [first, ...tail] = batches.filter(({ stream }) => stream === name);
    const { segment } = await sealToFile(folder.path, name, shapes, first!);
    relations.set(name, governed(name, shapes));
    rows.set(name, { shapes, segments: [segment], tail });
  }
  const { fields } = TEMPLATE.tables.get('customers')!;
  const loaded = await readTableColumns(
    'customers',
    fields,
    records(),
    new Map([['container', KEYS.get('containers')!]]),
  );
  const shapes = fields.map(({ name, type, nullable }) => ({ name, type, nullable }));
  relations.set('customers', governed('customers', shapes));
  rows.set('customers', { shapes, segments: [], tail: [{ stream: 'customers', template: '', ...loaded }] });
  const grants = new Map([...relations].map(([name, relation]) => [name, grantAll(relation)]));
  world = { parser, files: testFiles(), relations, grants, rows };
  plain = await originalsAlone();
});

after(async () => {
  plain.closeSync();
  world.files[Symbol.dispose]();
  parser.close();
  await folder[Symbol.asyncDispose]();
});

async function* records() {
  for (const [i, row] of CUSTOMERS.entries()) yield { values: new Map(Object.entries(row)), line: i + 1 };
}

/** The readings as devices send them, through all checks, as the journal gets them. */
async function throughIngest(): Promise<readonly Batch[]> {
  const batches: Batch[] = [];
  const table = DeviceTable.create({ devices: 1, streams: 8, records: 8, window: 8, stepped: 1 }, new Uint8Array(8));
  table.setFlags(0, DEVICE_FLAG.known);
  const journal = {
    append: async (kept: readonly JournalRecord[]) => {
      const copy = structuredClone(kept);
      batches.push(...copy.flatMap((record) => (record.kind === 'batch' ? [record.batch] : [])));
      return { file: 'f', offset: 0 };
    },
    close: async () => {},
  };
  const ingest = new Ingest({ template: TEMPLATE, journal, table, worker: 0, digestKey: new Uint8Array(32), tokenKeys: KEYS }); // prettier-ignore
  const truck = { index: 0, name: 'truck-1', type: 'truck' };
  const send = async (stream: string, readings: readonly object[]): Promise<void> => {
    for (const reading of readings) {
      const bytes = Buffer.from(JSON.stringify(reading));
      assert.equal(ingest.admit(truck, stream, truck, bytes, 'json', NOW), 0, ingest.place);
    }
    await ingest.durable();
  };
  for (const [from, to] of [[0, 250], [250, 600]] as const) await send('climate', CLIMATE.slice(from, to)); // prettier-ignore
  for (const [from, to] of [[0, 40], [40, 90]] as const) await send('trips', TRIPS.slice(from, to)); // prettier-ignore
  // What the prober sends is in none of the statements.
  for (const [domain, key] of [...KEYS].filter(([name]) => !name.startsWith('_'))) {
    for (const value of ['ada', 'bob', 'çelik', 'Émile', ...Array.from({ length: 17 }, (_, n) => container(n))]) {
      originals.set(key.text(value), value);
    }
    if (domain === 'trips') for (let n = 0; n < 30; n++) originals.set(String(key.integer(n)), String(n));
  }
  return batches;
}

async function originalsAlone(): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('CREATE TABLE climate (container VARCHAR, driver VARCHAR, temperature DOUBLE)');
  await connection.run('CREATE TABLE trips (container VARCHAR, driver VARCHAR, number BIGINT)');
  await connection.run('CREATE TABLE customers (container VARCHAR, customer VARCHAR)');
  for (const [name, rows] of Object.entries({ climate: CLIMATE, trips: TRIPS, customers: CUSTOMERS })) {
    const values = rows.map((row) => `(${Object.values(row).map(literal).join(', ')})`);
    await connection.run(`INSERT INTO ${name} VALUES ${values.join(', ')}`);
  }
  return connection;
}

function literal(value: string | number | null): string {
  return value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`;
}

for (const sql of [
  'SELECT container, count(*) AS n, avg(temperature) AS mean FROM climate GROUP BY container',
  'SELECT driver, container, max(temperature) AS most FROM climate GROUP BY ALL',
  'SELECT count(DISTINCT container) AS c, count(DISTINCT driver) AS d, count(driver) AS n FROM climate',
  'SELECT t.number, count(*) AS n, sum(c.temperature) AS s FROM climate c JOIN trips t ON c.container = t.container GROUP BY t.number',
  'SELECT u.customer, c.container, count(*) AS n FROM climate c JOIN customers u USING (container) GROUP BY ALL',
  'SELECT c.container, u.customer FROM climate c LEFT JOIN customers u USING (container) WHERE c.temperature = 3',
  'SELECT count(*) AS n FROM climate WHERE container NOT IN (SELECT container FROM customers)',
  'SELECT a.number, count(*) AS n FROM trips a JOIN trips b ON a.number = b.number AND a.driver = b.driver GROUP BY ALL',
  'SELECT container FROM climate INTERSECT SELECT container FROM customers',
  'SELECT number, count(*) FILTER (WHERE driver IS NULL) AS without FROM trips GROUP BY number HAVING count(*) > 2',
]) {
  test(`tokens answer as the originals do: ${sql}`, async () => {
    const expected = (await plain.runAndReadAll(sql)).getRowObjectsJson().map((row) => canonical(row, false));
    const { bytes } = await query(world, sql);
    const rows = JSON.parse(Buffer.from(bytes).toString()) as { rows: Record<string, unknown>[] };
    assert.ok(expected.length > 0);
    assert.deepEqual(rows.rows.map((row) => canonical(row, true)).toSorted(), expected.toSorted());
  });
}

test('tokens of two domains have nothing in common, though the values are the same', async () => {
  const sql = 'SELECT count(*) AS n FROM climate c JOIN trips t ON c.driver = t.driver';
  const { bytes } = await query(world, sql);
  assert.ok(Number((await plain.runAndReadAll(sql)).getRowObjectsJson()[0]?.['n']) > 0);
  assert.match(Buffer.from(bytes).toString(), /"n":\s*"?0"?\D/);
});

test('no original is in what queries read', async () => {
  const { bytes } = await query(world, 'SELECT c.*, t.number FROM climate c, trips t WHERE c.container = t.container');
  for (const original of ['ada', 'bob', 'çelik', 'MSKU']) assert.ok(!Buffer.from(bytes).includes(original), original);
});

/** A row as text, its tokens taken back to what they stand for. */
function canonical(row: Record<string, unknown>, tokens: boolean): string {
  const cells = Object.entries(row).map(([name, value]) => {
    const text = String(value);
    const isName = tokens && ['container', 'driver', 'number'].includes(name) && value !== null;
    return `${name}=${isName ? (originals.get(text) ?? `unknown ${text}`) : text}`;
  });
  return cells.join(' ');
}
