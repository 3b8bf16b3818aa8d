import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mebibytes } from '#base/core/index.ts';
import type { ColumnShape } from '#base/core/index.ts';
import { filterOf, governed, grantAll } from '../../../../test/support/query-fixture.ts';
import { Engine } from '../execute/engine.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import type { GovernedRelation, RelationGrant } from '../relations.ts';
import { isNode, nodesOf, parseAst } from './ast.ts';
import type { AstNode } from './ast.ts';
import { gateStatement } from './gate-statement.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
  { name: 'temperature', type: 'number', nullable: false },
];
const climate = governed('climate', SHAPES);

let parser: StatementParser;
let engine: Engine;
before(async () => {
  parser = await StatementParser.open();
  engine = await Engine.open({ memory: mebibytes(128), threads: 1 });
});
after(() => {
  parser.close();
  engine.close();
});

async function definitionOf(sql: string): Promise<AstNode> {
  const parsed = await parser.parse(sql);
  const root = parsed.outcome === 'parsed' ? parseAst(parsed.ast) : null;
  const definition = isNode(root) ? nodesOf(root, 'statements')[0] : undefined;
  assert.ok(definition !== undefined);
  return definition;
}

async function rebuilt(
  sql: string,
  relations: readonly GovernedRelation[],
  grants: Record<string, RelationGrant>,
): Promise<string> {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed');
  const gated = gateStatement(parsed.outcome === 'parsed' ? parsed.ast : '', {
    relations: new Map(relations.map((relation) => [relation.name, relation])),
    grants: new Map(Object.entries(grants)),
  });
  assert.equal(gated.outcome, 'ready', gated.outcome === 'refused' ? gated.message : '');
  return gated.outcome === 'ready' ? engine.textOf('SELECT json_deserialize_sql($1::JSON)', gated.ast) : '';
}

test('Rewriter puts a query over granted columns in the place of each relation', async () => {
  assert.equal(
    await rebuilt('SELECT c.device FROM climate AS c', [climate], { climate: grantAll(climate) }),
    'SELECT c.device FROM (SELECT _r.device AS device FROM weir.climate AS _r) AS c',
  );
});

test('Rewriter applies row filters and masks behind a barrier', async () => {
  const rowFilter = await filterOf(parser, climate, "device = 'a'");
  const columns = [
    { name: 'time', mask: 'hour' },
    { name: 'temperature', mask: 'null' },
  ];
  assert.equal(
    await rebuilt('SELECT * FROM climate', [climate], { climate: { columns, rowFilter } }),
    'SELECT * FROM (SELECT least(date_trunc(\'hour\', _r."time"), date_trunc(\'hour\', _r."time")) AS "time", least(CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE)) AS temperature FROM weir.climate AS _r WHERE (_r.device = \'a\') LIMIT 9000000000000000) AS climate',
  );
});

test("Rewriter opens a view with its author's sight and the subject's own filters", async () => {
  const view: GovernedRelation = {
    ...governed('hot', SHAPES.slice(0, 1)),
    kind: 'view',
    from: ['climate'],
    definition: await definitionOf('SELECT device FROM climate WHERE temperature > 20'),
  };
  const ofView = { columns: [{ name: 'device', mask: null }], rowFilter: null };
  assert.equal(
    await rebuilt('SELECT * FROM hot', [climate, view], { hot: ofView }),
    'SELECT * FROM (SELECT least(_r.device, _r.device) AS device FROM (SELECT device FROM (SELECT _r.device AS device, _r.temperature AS temperature FROM weir.climate AS _r) AS climate WHERE (temperature > 20)) AS _r LIMIT 9000000000000000) AS hot',
  );
  const open = await rebuilt('SELECT * FROM hot', [climate, view], { hot: ofView, climate: grantAll(climate) });
  assert.doesNotMatch(open, /LIMIT/, 'what the subject could ask for itself needs no barrier');
  const rowFilter = await filterOf(parser, climate, "device = 'a'");
  const columns = [{ name: 'device', mask: 'hash' }];
  const own = await rebuilt('SELECT * FROM hot', [climate, view], { hot: ofView, climate: { columns, rowFilter } });
  assert.match(own, /weir_mask\(CAST\(_r\.device AS VARCHAR\)\)/);
  assert.match(own, /WHERE \(_r\.device = 'a'\) LIMIT/);
});

test('Rewriter refuses views that are made from themselves', async () => {
  const loop: GovernedRelation = {
    ...governed('loop', SHAPES.slice(0, 1)),
    kind: 'view',
    from: ['loop'],
    definition: await definitionOf('SELECT device FROM loop'),
  };
  const parsed = await parser.parse('SELECT * FROM loop');
  const gated = gateStatement(parsed.outcome === 'parsed' ? parsed.ast : '', {
    relations: new Map([['loop', loop]]),
    grants: new Map([['loop', grantAll(loop)]]),
  });
  assert.equal(gated.outcome, 'refused');
});

test('Rewriter names columns that are subqueries by their place', async () => {
  const sql = await rebuilt('SELECT (SELECT max(temperature) FROM climate), 1', [climate], {
    climate: grantAll(climate),
  });
  assert.match(sql, /\) AS column_1, 1$/);
});
