import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { CedarEngine, checkPolicies, DecisionPoint } from '#declare/policy/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import type { Template } from '#declare/template/index.ts';
import { bindFilter, resolveRelations, StatementParser } from '#flow/query/index.ts';
import { makeTemplate } from '../support/make-template.ts';

const BASE = makeTemplate(`
devices: {reefer: {}, van: {}}
streams:
  s:
    from: [reefer, van]
    fields:
      whole: {type: integer, nullable: true}
      number: {type: number, nullable: true}
      flag: {type: boolean, nullable: true}
      word: {type: text, nullable: true}
      moment: {type: time, nullable: true}
people:
  granted: {query: [s]}
  bare: {}
`);

/** Rows that lie at, before and after the constants of the policies below. */
interface Row {
  readonly device: string;
  readonly whole: number | null;
  readonly number: number | null;
  readonly flag: boolean | null;
  readonly word: string | null;
  /** Epoch microseconds. */
  readonly moment: number | null;
}

const MOMENT = Date.parse('2026-01-01T00:00:00Z') * 1_000;
const orNull = <T>(...values: T[]) => fc.constantFrom<(T | null)[]>(null, ...values);
const row: fc.Arbitrary<Row> = fc.record({
  device: fc.constantFrom('r1', 'r2', 'v1', 'x1'),
  whole: orNull(-3, 0, 4, 5, 6),
  number: orNull(-1, 4.4999, 4.5, 4.5001, 1e30),
  flag: orNull(true, false),
  word: orNull('north', 'no_th', 'north-1', "o'b%", ''),
  moment: orNull(MOMENT - 1, MOMENT, MOMENT + 999, MOMENT + 1_000, MOMENT - 86_400_000_000, MOMENT - 86_400_000_001),
});

const TYPES: Readonly<Record<string, readonly string[]>> = { reefer: ['r1', 'r2'], van: ['v1'] };
const typeOf = (device: string): string | undefined =>
  Object.entries(TYPES).find(([, devices]) => devices.includes(device))?.[0];

const guarded = (column: string, ...tests: string[]): string[] =>
  tests.map((one) => `(resource has row.${column} && ${one.replaceAll('$', `resource.row.${column}`)})`);
const atom = fc.constantFrom(
  ...guarded('whole', '$ == 5', '$ != 5', '$ < 5', '$ <= 5', '5 > $', '$ >= -3', '[0, 4].contains($)', '$ == 2 + 3'),
  ...guarded('number', '$.lessThan(decimal("4.5"))', '$.lessThanOrEqual(decimal("4.5"))', '$ == decimal("4.50")'),
  ...guarded('number', 'decimal("4.5001").greaterThan($)', '$.greaterThanOrEqual(decimal("4.5"))'),
  ...guarded('flag', '$', '!$', '$ == true'),
  ...guarded('word', '$ == "north"', '$ like "no*"', '$ like "*_*"', '$ like "o\'b%"', '["", "north-1"].contains($)'),
  ...guarded('word', '$ == principal.name', '$ like "*"'),
  ...guarded('moment', '$ < datetime("2026-01-01")', '$ <= datetime("2026-01-01")', '$ > datetime("2026-01-01")'),
  ...guarded('moment', '$ == datetime("2026-01-01")', '$ >= datetime("2026-01-01T00:00:00Z")'),
  ...guarded('moment', '(context has time && $ > context.time.offset(duration("-24h")))'),
  ...guarded('device', '$ == "r1"', '$ like "r*"', '["r1", "v1"].contains($)'),
  ...guarded('device_type', '$ == DeviceType::"reefer"', '[DeviceType::"van", DeviceType::"reefer"].contains($)'),
  ...guarded('device_type', '$ in DeviceType::"van"', '$ != DeviceType::"van"'),
  '(!(resource has row.whole))',
  '(principal in Role::"granted")',
  '(context has purpose)',
  '(resource.name == "s")',
);
const condition = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    atom,
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a} || ${b})`),
    tie('expression').map((a) => `(!${a})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([a, b, c]) => `(if ${a} then ${b} else ${c})`),
  ),
})).expression;
const policy = fc
  .tuple(fc.constantFrom('permit', 'forbid'), fc.constantFrom('when', 'unless'), condition)
  .map(([effect, clause, text]) => `${effect} (principal, action == Action::"query", resource) ${clause} { ${text} };`);

const SEES = 'permit (principal, action == Action::"see", resource);';
const withPolicies = (policies: readonly string[]): Template => ({
  ...BASE,
  digest: policies.join('\n'),
  policies: [{ file: 'f.cedar', text: [SEES, ...policies].join('\n') }],
});
const who = (role: string, more: Partial<Subject> = {}): Subject => ({
  id: 'north',
  kind: 'person',
  roles: [role],
  standing: 'good',
  deviceType: null,
  ...more,
});

const engine = new CedarEngine();
const point = new DecisionPoint(engine, (type) => TYPES[type] ?? []);
const CONTEXT = { time: MOMENT } as const;
let database: DuckDBInstance;
let connection: DuckDBConnection;
let parser: StatementParser;
before(async () => {
  database = await DuckDBInstance.create();
  connection = await database.connect();
  parser = await StatementParser.open();
});
after(() => {
  connection.closeSync();
  database.closeSync();
  parser.close();
});

/** Which rows a filter leaves, by DuckDB. */
async function passing(rows: readonly Row[], filter: string | null): Promise<readonly number[]> {
  const text = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
  const values = rows.map(({ device, whole, number, flag, word, moment }, at) => {
    const time = moment === null ? 'NULL' : `make_timestamptz(${moment})`;
    return `(${at}, ${text(device)}, ${whole}, ${number}, ${flag}, ${text(word)}, ${time})`;
  });
  const table = `(SELECT "at", device, whole::BIGINT AS whole, number::DOUBLE AS number, flag::BOOLEAN AS flag,
    word::VARCHAR AS word, moment::TIMESTAMPTZ AS moment
    FROM (VALUES ${values.join(', ')}) v("at", device, whole, number, flag, word, moment))`;
  const sql = `SELECT "at" FROM ${table} ${filter === null ? '' : `WHERE ${filter}`} ORDER BY 1`;
  const read = await connection.runAndReadAll(sql);
  return read.getRows().map(([at]) => Number(at));
}

/** Whether Cedar allows the query with this very row as what is asked for. */
function allowsRow(template: Template, subject: Subject, { device, whole, number, flag, word, moment }: Row): boolean {
  const version = point.policiesOf(template);
  const iso = moment === null ? null : new Date(Math.floor(moment / 1_000)).toISOString();
  const type = typeOf(device);
  const inRange = number !== null && Math.abs(number) < 1e14;
  const attributes = {
    device,
    device_type: { __entity: { type: 'DeviceType', id: type ?? '' } },
    ...(whole === null ? {} : { whole }),
    ...(inRange ? { number: { __extn: { fn: 'decimal', arg: number.toFixed(4) } } } : {}),
    ...(flag === null ? {} : { flag }),
    ...(word === null ? {} : { word }),
    ...(iso === null ? {} : { moment: { __extn: { fn: 'datetime', arg: iso } } }),
  };
  engine.keep('full', version.of('query'));
  const answer = engine.ask('full', {
    principal: { type: 'Person', id: subject.id },
    action: { type: 'Action', id: 'query' },
    resource: { type: 'View', id: 's' },
    context: { standing: 'good', time: { __extn: { fn: 'datetime', arg: '2026-01-01T00:00:00Z' } } },
    entities: [
      {
        uid: { type: 'Person', id: subject.id },
        attrs: { name: subject.id },
        parents: subject.roles.map((id) => ({ type: 'Role', id })),
      },
      {
        uid: { type: 'View', id: 's' },
        attrs: { name: 's', declared: true, purposes: [], row: attributes },
        parents: [],
      },
    ],
  });
  assert.deepEqual(answer.failed, [], template.digest);
  return answer.allowed;
}

test('the rows that pass the filter are those for which Cedar allows the row itself', async () => {
  const { relations } = await resolveRelations(BASE, [], {
    parse: () => Promise.reject(new Error('there are no views')),
    run: () => Promise.reject(new Error('there are no views')),
  });
  const relation = relations.get('s') ?? assert.fail('no relation');
  const seen = { all: 0, some: 0, none: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(policy, { minLength: 1, maxLength: 3 }),
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('granted', 'bare'),
      async (policies, rows, role) => {
        const template = withPolicies(policies);
        assert.deepEqual(
          checkPolicies(template, engine).map(({ message }) => message),
          [],
        );
        const decision = point.decideQuery(who(role), 's', null, template, null, CONTEXT);
        const expected = rows.flatMap((one, at) => (allowsRow(template, who(role), one) ? [at] : []));
        if (decision.effect === 'deny') {
          seen.none++;
          return assert.deepEqual(expected, [], decision.reason);
        }
        const filter = decision.obligations?.rowFilter ?? null;
        seen[filter === null ? 'all' : 'some']++;
        assert.deepEqual(await passing(rows, filter), expected, filter ?? 'no filter');
        if (filter === null) return undefined;
        // What DuckDB filters by is what the gate takes.
        const tree = await parser.parseCondition(filter);
        assert.notEqual(tree === null ? null : bindFilter(relation, tree), null, filter);
        return undefined;
      },
    ),
    { numRuns: 120, seed: 20_261_129 },
  );
  assert.ok(seen.all > 2 && seen.some > 20 && seen.none > 2, JSON.stringify(seen));
});

test('an agent gets the rows that both may see', async () => {
  const rows: readonly Row[] = ['r1', 'r2', 'v1'].map((device) => ({
    device,
    whole: 1,
    number: null,
    flag: null,
    word: null,
    moment: null,
  }));
  const own =
    'permit (principal in Role::"bare", action == Action::"query", resource) when { resource has row.device && resource.row.device like "r*" };';
  const theirs =
    'forbid (principal in Role::"granted", action == Action::"query", resource) when { resource has row.device && resource.row.device == "r2" };';
  const agent = who('bare', { kind: 'agent', actsFor: who('granted') });
  const template = withPolicies([own, theirs]);
  const filterOf = (subject: Subject) => point.decideQuery(subject, 's', null, template).obligations?.rowFilter ?? null;
  assert.deepEqual(await passing(rows, filterOf(who('bare'))), [0, 1]);
  assert.deepEqual(await passing(rows, filterOf(who('granted'))), [0, 2]);
  assert.deepEqual(await passing(rows, filterOf(agent)), [0]);
});
