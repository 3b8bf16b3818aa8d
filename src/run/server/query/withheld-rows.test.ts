import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gateStatement, isNode, parseAst, StatementParser } from '#flow/query/index.ts';
import type { AstNode, Grants, Relations } from '#flow/query/index.ts';
import { columnOf, governed, grantAll, query, testFiles } from '../../../../test/support/query-fixture.ts';
import { withholdRows } from './withheld-rows.ts';

const SHAPES = [
  { name: 'driver', type: 'text', nullable: true },
  { name: 'badge', type: 'integer', nullable: false },
  { name: 'received', type: 'time', nullable: false },
] as const;
const ROWS = 4;
const TAIL = {
  stream: 'trips',
  template: '',
  rows: ROWS,
  columns: [
    { name: 'driver', data: columnOf('text', ROWS, (row) => ['ada', "o'neil", undefined, 'ada'][row]) },
    { name: 'badge', data: columnOf('integer', ROWS, (row) => row) },
    { name: 'received', data: columnOf('time', ROWS, (row) => 1_767_225_600_000_000 + row * 1_000_000) },
  ],
};
const trips = governed('trips', SHAPES);
const view = { ...governed('drivers', [SHAPES[0]]), kind: 'view' as const, from: ['trips'] };

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

const parseCondition = (condition: string): Promise<AstNode | null> => parser.parseCondition(condition);

async function definition(sql: string): Promise<AstNode> {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed');
  const root = parseAst(parsed.ast);
  assert.ok(isNode(root) && Array.isArray(root['statements']));
  return root['statements'][0] as AstNode;
}

async function ask(sql: string, withheld: ReadonlyMap<string, string>): Promise<unknown> {
  const defined = { ...view, definition: await definition('select driver from trips') };
  const all: Relations = new Map([trips, defined].map((relation) => [relation.name, relation]));
  const relations = await withholdRows(all, withheld, parseCondition);
  const grants: Grants = new Map([...relations].map(([name, relation]) => [name, grantAll(relation)]));
  const rows = new Map([['trips', { shapes: SHAPES, segments: [], tail: [TAIL] }]]);
  const answer = await query({ parser, files: testFiles(), relations, grants, rows }, sql);
  return JSON.parse(Buffer.from(answer.bytes).toString()) as unknown;
}

test('withholdRows() hides rows from every statement, through views too, and rows without the value stay', async () => {
  const withheld = new Map([
    ['trips', "driver IN ('ada', 'o''neil') AND received < TIMESTAMPTZ '2026-01-01T00:00:03Z'"],
  ]);
  assert.deepEqual(rowsOf(await ask('select badge from trips order by badge', withheld)), [{ badge: 2 }, { badge: 3 }]);
  assert.deepEqual(rowsOf(await ask('select count(*) as n from drivers', withheld)), [{ n: 2 }]);
  assert.deepEqual(rowsOf(await ask('select count(*) as n from drivers', new Map())), [{ n: 4 }]);
});

test('a statement cannot learn of a withheld row by an error, and EXPLAIN does not show the condition', async () => {
  const withheld = new Map([['trips', "driver = 'ada'"]]);
  assert.deepEqual(
    rowsOf(await ask('select 1 / badge as x from trips where badge > 0 order by 1', withheld)).length,
    2,
  );
  const relations = await withholdRows(new Map([['trips', trips]]), withheld, parseCondition);
  const parsed = await parser.parse('select badge from trips');
  assert.equal(parsed.outcome, 'parsed');
  const options = { relations, grants: new Map([['trips', grantAll(trips)]]) };
  const explained = gateStatement(parsed.ast, { ...options, withoutFilters: true });
  assert.ok(explained.outcome === 'ready' && !explained.ast.includes('ada') && !explained.veiled);
  const run = gateStatement(parsed.ast, options);
  assert.ok(run.outcome === 'ready' && run.veiled);
  assert.deepEqual(run.reads, [{ relation: 'trips', columns: ['badge', 'driver'] }]);
});

test('a relation whose condition cannot be applied is not there until it can be again', async () => {
  const shown = await withholdRows(new Map([['trips', trips], ['drivers', view]]), new Map<string, string | null>([['trips', "rider = 'ada'"], ['gone', 'x = 1'], ['drivers', null]]), parseCondition); // prettier-ignore
  assert.deepEqual([...shown], []);
});

function rowsOf(answer: unknown): unknown[] {
  return Array.isArray(answer)
    ? answer
    : ((answer as { rows?: unknown[]; data?: unknown[] }).rows ?? (answer as { data: unknown[] }).data);
}
