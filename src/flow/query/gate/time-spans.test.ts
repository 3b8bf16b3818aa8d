import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Batch, ColumnShape } from '#base/core/index.ts';
import {
  columnOf,
  execute,
  filterOf,
  governed,
  grantAll,
  planOf,
  testFiles,
} from '../../../../test/support/query-fixture.ts';
import type { World } from '../../../../test/support/query-fixture.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import { gateStatement } from './gate-statement.ts';
import { mayRead } from './time-spans.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
  { name: 'other', type: 'time', nullable: false },
  { name: 'n', type: 'integer', nullable: false },
];
const DAY = 86_400_000_000;
const DAYS = 24;
const FIRST = Date.UTC(2026, 0, 1) * 1_000;
const NOW = FIRST + DAYS * DAY;

/** Four readings a day, a part for each day, as segments have them. */
const PARTS: readonly Batch[] = Array.from({ length: DAYS }, (_, day) => ({
  stream: 'climate',
  template: 't1',
  rows: 4,
  columns: [
    { name: 'device', data: columnOf('text', 4, (row) => `d${row % 2}`) },
    { name: 'time', data: columnOf('time', 4, (row) => FIRST + day * DAY + row * (DAY / 4)) },
    { name: 'other', data: columnOf('time', 4, (row) => FIRST + ((day * 7) % DAYS) * DAY + row) },
    { name: 'n', data: columnOf('integer', 4, (row) => day * 4 + row) },
  ],
}));

const climate = governed('climate', SHAPES);
const doors = governed('doors', SHAPES);

let parser: StatementParser;
let world: World;
before(async () => {
  parser = await StatementParser.open();
  const both = [climate, doors];
  world = {
    parser,
    files: testFiles(),
    relations: new Map(both.map((each) => [each.name, each])),
    grants: new Map(both.map((each) => [each.name, grantAll(each)])),
    rows: new Map(both.map(({ name }) => [name, { shapes: SHAPES, segments: [], tail: PARTS }])),
  };
});
after(() => parser.close());

async function partsRead(sql: string, of: World = world): Promise<ReadonlyMap<string, readonly Batch[]>> {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed', sql);
  const gated = gateStatement(parsed.outcome === 'parsed' ? parsed.ast : '', of);
  assert.equal(gated.outcome, 'ready', JSON.stringify(gated));
  const reads = gated.outcome === 'ready' ? gated.reads : [];
  return new Map(
    reads.map(({ relation, spans }) => [
      relation,
      PARTS.filter((_, day) => {
        const start = FIRST + day * DAY;
        return spans === undefined || mayRead(spans, start, start + DAY - DAY / 4, NOW);
      }),
    ]),
  );
}

/** How many of the days of `climate` each statement reads; one that begins at an upper end is among them. */
const STATEMENTS: readonly (readonly [string, number])[] = [
  ["select n from climate where time >= '2026-01-20'", 5],
  ["select n from climate where time < '2026-01-05'", 5],
  ["select n from climate where '2026-01-20' <= climate.time and n > 3", 5],
  ["select * from climate c where c.time between '2026-01-10' and timestamp '2026-01-11 12:00:00'", 2],
  ["select max(n), device from climate where time = timestamptz '2026-01-10 06:00:00+00' group by device", 1],
  ["with x as (select * from climate where time > '2026-01-20T00:00:00Z') select count(*) from x", 5],
  ["select n from (select n, time from climate) s where s.time >= '2026-01-20' order by n limit 3", 5],
  ["select n from (select n, time t from climate where device = 'd0') s where t >= date '2026-01-20'", 5],
  [
    "select c.n, d.n from climate c join doors d using (device) where c.time > '2026-01-20' and d.time < '2026-01-02'",
    5,
  ],
  ["select n from climate where time > '2026-01-22' union all select n from climate where time < '2026-01-02'", 5],
  ["select n, lag(n) over (order by time, n) from climate where time > '2026-01-20' order by n", 5],
  // To the microsecond, in the zone that is named.
  ["select n from climate where time > '2026-01-19 18:00:00.000001'", 5],
  ["select n from climate where time >= '2026-01-19 18:00:00.000000'", 6],
  ["select n from climate where time >= '2026-01-20T00:00:00+06'", 6],
  ["select n from climate where time >= '2026-01-20T00:00:00+0559'", 5],
  ["select n from climate where time <= timestamptz '2026-01-09 23:59:59-00:01'", 10],
  ["select n from climate where time <= date '2026-01-10 15:00'", 10],
  ["select n from climate where time >= cast(timestamptz '2026-01-20 03:00:00+06' as date)", 6],
  ["select n from climate where time >= timestamp '2026-01-20 00:00:00+05'", DAYS],
  ["select n from climate where time >= '0050-01-01'", DAYS],
  // Nothing can be left out of these.
  ["select n from climate where time >= '2026-01-20' or n = 1", DAYS],
  ["select n from climate where other >= '2026-01-20'", DAYS],
  ["select n from climate where (time >= '2026-01-20') = (n = 1)", DAYS],
  ["select n from (select n, other as time from climate) s where time >= '2026-01-20'", DAYS],
  ["select n from (select n, time + interval 5 day as time from climate) s where time >= '2026-01-27'", DAYS],
  ["select n from (select n, time from climate order by n limit 5) s where time >= '2026-01-02'", DAYS],
  ["select p from (select time, lag(n) over (order by n) as p from climate) s where time = '2026-01-10'", DAYS],
  ["select * from (select device, max(time) as time from climate group by device) s where time < '2026-01-10'", DAYS],
  [
    "select distinct_n from (select distinct on (device) device, time, n as distinct_n from climate order by device, n) s where time >= '2026-01-10'",
    DAYS,
  ],
  ["select d.n from doors d left join climate c on c.n = d.n where c.time < '2026-01-03' or c.time is null", DAYS],
  ["select count(*) filter (where time >= '2026-01-20') from climate", DAYS],
  ["select a from (select time, n from climate) as s(n, a) where n >= '2026-01-20'", DAYS],
  [
    "select n from climate where time >= '2026-01-20' and exists (select 1 from climate c where c.n = climate.n - 40)",
    DAYS,
  ],
  ['select n from climate where time >= (select max(time) - interval 2 day from climate)', DAYS],
];

describe('timeSpans()', () => {
  it('leaves out days that cannot show, and never one that can: the answers are the same', async () => {
    for (const [sql, most] of STATEMENTS) {
      const read = await partsRead(sql);
      assert.equal(read.get('climate')?.length, most, sql);
      const plan = await planOf(world, sql);
      const narrow = {
        ...plan,
        relations: plan.relations.map((each) => ({
          ...each,
          tail: each.tail.filter((_, day) => read.get(each.name)!.includes(PARTS[day]!)),
        })),
      };
      const [all, some] = await Promise.all([execute(world, plan), execute(world, narrow)]);
      assert.deepEqual(sorted(some.bytes), sorted(all.bytes), sql);
    }
  });

  it('knows the last days by now() less an interval', async () => {
    const table: readonly (readonly [string, number])[] = [
      ['select n from climate where time >= now() - interval 2 day', 2],
      ["select n from climate where time > current_timestamp - interval '2' hour", 0],
      // A cast rounds to 30 hours.
      ['select n from climate where time >= now() - to_hours(cast(29.6e0 as integer))', 2],
      ['select n from climate where time <= now() - interval 20 day', DAYS],
      ['select n from climate where time >= now() + interval 2 day', DAYS],
      ['select n from climate where time >= now() - interval (n) day', DAYS],
    ];
    for (const [sql, most] of table) assert.equal((await partsRead(sql)).get('climate')?.length, most, sql);
  });

  it('looks through masks and row filters, and not through a masked time', async () => {
    const rowFilter = await filterOf(parser, climate, "device = 'd0'");
    const sql = "select n from climate where time >= '2026-01-20'";
    const granted = (columns = grantAll(climate).columns): World => ({
      ...world,
      grants: new Map([['climate', { columns, rowFilter }]]),
    });
    assert.equal((await partsRead(sql, granted())).get('climate')?.length, 5);
    const masked = grantAll(climate).columns.map((each) => (each.name === 'time' ? { ...each, mask: 'null' } : each));
    assert.equal((await partsRead(sql, granted(masked))).get('climate')?.length, DAYS);
  });
});

function sorted(bytes: Uint8Array): readonly string[] {
  const { rows = [] } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { rows?: readonly unknown[] };
  return rows.map((row) => JSON.stringify(row)).sort();
}
