import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seconds } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { execute, governed, testFiles } from '../../../test/support/query-fixture.ts';
import { StatementParser } from './execute/parse-statement.ts';
import { describeViews, resolveRelations, shapesOf } from './views.ts';
import type { ViewResolver } from './views.ts';

const TEMPLATE = `
region: eu
devices:
  reefer: {}
streams:
  climate:
    from: reefer
    purposes: [quality]
    unenforced: accept
    fields:
      container: {type: text, class: identifier}
      temperature: {type: number, unit: Cel, range: [-40, 60]}
      position: {type: text, class: location, nullable: true}
      door: {type: boolean}
views:
  daily:
    from: climate
    sql: daily.sql
  warm:
    from: daily
    sql: warm.sql
  beyond:
    from: climate
    sql: beyond.sql
  twice:
    from: climate
    sql: twice.sql
`;

const FILES = {
  'daily.sql': `SELECT device, date_trunc('day', time) AS day, avg(temperature) AS mean, max(temperature) - min(temperature) AS span,
    count(*) AS readings, any_value(container) AS container FROM climate GROUP BY ALL`,
  'warm.sql': 'SELECT device, mean AS warmth, container IS NULL AS unknown FROM daily WHERE mean > 5',
  'beyond.sql': "SELECT * FROM climate, read_text('/etc/passwd')",
  'twice.sql': 'SELECT device, device FROM climate',
};

const SYSTEM = [
  { ...governed('_devices', [{ name: 'device', type: 'text' as const, nullable: false }]), kind: 'system' as const },
];

let parser: StatementParser;
let resolver: ViewResolver;

before(async () => {
  parser = await StatementParser.open();
  const files = testFiles();
  const world = { parser, files, relations: new Map(), grants: new Map(), rows: new Map() };
  resolver = {
    parse: (sql) => parser.parse(sql),
    run: async (plan, format) =>
      (await execute(world, { ...plan, limits: { ...plan.limits, time: seconds(10) } }, format)).bytes,
  };
});

after(() => parser.close());

test('resolveRelations() gives streams, system relations and views with types, classes and units', async () => {
  const { relations, problems } = await resolveRelations(makeTemplate(TEMPLATE, FILES), SYSTEM, resolver);
  assert.deepEqual(problems.map(({ view }) => view).sort(), ['beyond', 'twice']);
  const columns = (name: string) =>
    relations.get(name)?.columns.map((column) => [column.name, column.sqlType, column.class, column.unit]);
  assert.deepEqual(columns('climate')?.slice(0, 2), [
    ['device', 'VARCHAR', 'operational', null],
    ['time', 'TIMESTAMP WITH TIME ZONE', 'operational', null],
  ]);
  const seenAs = (name: string) =>
    relations.get(name)?.columns.map((column) => [column.name, column.seenAs ?? column.class].join(' '));
  // Tokens are seen with the view; with what they are joined to or made with, as that is.
  assert.deepEqual(seenAs('daily')?.at(-1), 'container operational');
  assert.ok(seenAs('climate')?.includes('container public'));
  assert.ok(seenAs('warm')?.includes('unknown operational'));
  assert.deepEqual(columns('daily'), [
    ['device', 'VARCHAR', 'operational', null],
    ['day', 'TIMESTAMP WITH TIME ZONE', 'operational', null],
    ['mean', 'DOUBLE', 'operational', 'Cel'],
    ['span', 'DOUBLE', 'operational', null],
    ['readings', 'BIGINT', 'operational', null],
    ['container', 'VARCHAR', 'identifier', null],
  ]);
  assert.deepEqual(columns('warm'), [
    ['device', 'VARCHAR', 'operational', null],
    ['warmth', 'DOUBLE', 'operational', 'Cel'],
    ['unknown', 'BOOLEAN', 'identifier', null],
  ]);
  assert.equal(shapesOf(relations.get('_devices')!)[0]?.type, 'text');
});

test('resolveRelations() tells what the engine has against a definition, and goes on with the others', async () => {
  const files = { ...FILES, 'warm.sql': 'SELECT device, temprature FROM daily' };
  const { relations, problems } = await resolveRelations(makeTemplate(TEMPLATE, files), SYSTEM, resolver);
  const warm = problems.find(({ view }) => view === 'warm');
  assert.match(warm?.message ?? '', /temprature/);
  assert.ok(relations.has('daily') && !relations.has('warm'));
});

test('describeViews() tells a subject of its own columns alone', async () => {
  const { relations } = await resolveRelations(makeTemplate(TEMPLATE, FILES), SYSTEM, resolver);
  const columns = [
    { name: 'device', mask: 'hash' },
    { name: 'temperature', mask: null },
    { name: 'position', mask: 'null' },
  ];
  const views = describeViews(relations, new Map([['climate', { columns, rowFilter: null }]]));
  assert.deepEqual(
    views.map(({ name }) => name),
    ['climate'],
  );
  assert.deepEqual(
    views[0]?.columns.map(({ name, type, unit, class: cls, mask }) => [name, type, unit, cls, mask]),
    [
      ['device', 'VARCHAR', null, 'operational', 'hash'],
      ['temperature', 'DOUBLE', 'Cel', 'operational', null],
      ['position', 'VARCHAR', null, 'location', 'null'],
    ],
  );
});
