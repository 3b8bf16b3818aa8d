import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ColumnShape } from '#base/core/index.ts';
import { governed, grantAll } from '../../../../test/support/query-fixture.ts';
import { StatementParser } from '../execute/parse-statement.ts';
import { gateStatement } from './gate-statement.ts';

const SHAPES: readonly ColumnShape[] = [
  { name: 'device', type: 'text', nullable: false },
  { name: 'time', type: 'time', nullable: false },
  { name: 'temperature', type: 'number', nullable: false },
  { name: 'humidity', type: 'number', nullable: false },
  { name: 'door', type: 'boolean', nullable: false },
];
const climate = governed('climate', SHAPES);
const trucks = governed('trucks', SHAPES.slice(0, 2));
const options = {
  relations: new Map([climate, trucks, governed('hidden', SHAPES)].map((each) => [each.name, each])),
  grants: new Map([climate, trucks].map((each) => [each.name, grantAll(each)])),
};

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function gate(sql: string) {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed', sql);
  return gateStatement(parsed.outcome === 'parsed' ? parsed.ast : '', options);
}

const ALL = ['device', 'time', 'temperature', 'humidity', 'door'];
/** What is opened of `climate` for each statement: what it needs, or all where that cannot be told. */
const READS: readonly (readonly [string, readonly string[]])[] = [
  ['SELECT avg(temperature) FROM climate', ['temperature']],
  ['SELECT TEMPERATURE FROM Climate WHERE "door"', ['temperature', 'door']],
  ['SELECT count(*) FROM climate', ['door']],
  ['SELECT 1 FROM climate', ['door']],
  ['SELECT * FROM climate', ALL],
  ['FROM climate', ALL],
  ['SELECT c.* FROM climate c', ALL],
  ['SELECT c FROM climate c', ALL],
  ['SELECT climate FROM climate', ALL],
  ["SELECT COLUMNS('t.*') FROM climate", ALL],
  ['SELECT #1 FROM climate', ALL],
  ['SELECT a FROM climate AS c(a, b)', ALL],
  ['WITH x AS (SELECT * FROM climate) SELECT avg(temperature) FROM x', ['temperature']],
  ['WITH x AS (SELECT * FROM climate) SELECT * FROM x', ALL],
  ['WITH x AS (SELECT * FROM climate), y AS (SELECT * FROM x) SELECT humidity FROM y', ['humidity']],
  ['WITH x AS (SELECT DISTINCT * FROM climate) SELECT humidity FROM x', ALL],
  ['WITH x AS (SELECT * FROM climate GROUP BY ALL) SELECT humidity FROM x', ALL],
  ['WITH x(a) AS (SELECT * FROM climate) SELECT a FROM x', ALL],
  ['SELECT humidity FROM (SELECT * FROM climate) s', ['humidity']],
  ['SELECT s FROM (SELECT * FROM climate) s', ALL],
  ['SELECT humidity FROM (SELECT * FROM climate UNION ALL SELECT * FROM climate)', ALL],
  ['SELECT t.time FROM trucks t WHERE EXISTS (SELECT * FROM climate c WHERE c.device = t.device)', ['device', 'time']],
  ['SELECT t.device FROM trucks t WHERE t.device IN (SELECT device FROM climate)', ['device']],
  ['SELECT c.temperature FROM climate c JOIN trucks USING (device)', ['device', 'temperature']],
  ['SELECT c.temperature FROM climate c NATURAL JOIN trucks', ALL],
  [
    'SELECT l.x FROM trucks t, LATERAL (SELECT max(humidity) AS x FROM climate WHERE climate.device = t.device) l',
    ['device', 'humidity'],
  ],
  ['SELECT sum(temperature) OVER (PARTITION BY device) FROM climate', ['device', 'temperature']],
  ['SELECT temperature FROM climate ORDER BY ALL', ALL],
  ['SELECT * FROM climate PIVOT (count(*) FOR door IN (true))', ALL],
  ['WITH climate AS (SELECT device FROM climate) SELECT * FROM climate', ['device']],
  ['SELECT * EXCLUDE (time) FROM (SELECT * FROM climate)', ALL],
  ['DESCRIBE climate', ALL],
];

for (const [sql, columns] of READS) {
  test(`gateStatement() reads ${columns.join(', ')} for ${sql}`, async () => {
    const gated = await gate(sql);
    assert.equal(gated.outcome, 'ready');
    if (gated.outcome !== 'ready') return;
    const read = gated.reads.find(({ relation }) => relation === 'climate')?.columns ?? [];
    assert.deepEqual([...read].sort(), [...columns].sort());
  });
}

test('gateStatement() gives parameters, and reads nothing of what is not there for the subject', async () => {
  const gated = await gate('SELECT device FROM climate WHERE temperature > $low AND door = $open LIMIT $n');
  assert.deepEqual(gated.outcome === 'ready' ? [...gated.parameters].sort() : null, ['low', 'n', 'open']);
  const refused = await gate('SELECT * FROM hidden');
  assert.equal(refused.outcome, 'refused');
  assert.equal(refused.outcome === 'refused' ? refused.what : '', 'relation hidden');
});

test('gateStatement() says the same of a relation that exists and of one that does not', async () => {
  const messages = await Promise.all(
    ['hidden', 'absent'].map(async (name) => {
      const refused = await gate(`SELECT * FROM ${name}`);
      return refused.outcome === 'refused' ? [refused.code, refused.message.replaceAll(name, 'X'), refused.hint] : null;
    }),
  );
  assert.deepEqual(messages[0], messages[1]);
});

test('gateStatement() refuses trees that no parser made', async () => {
  const parsed = await parser.parse('SELECT device FROM climate');
  assert.equal(parsed.outcome, 'parsed');
  const tree = parsed.outcome === 'parsed' ? parsed.ast : '';
  const forged = [
    '{"error":true}',
    '[]',
    '{"error":false,"statements":[]}',
    tree.replace('"SELECT_NODE"', '"INSERT_NODE"'),
    tree.replace('"BASE_TABLE"', '"COLUMN_DATA"'),
    tree.replace('"COLUMN_REF"', '"BOUND_REF"'),
    tree.replace('"modifiers":[]', '"modifiers":[],"surprise":1'),
    tree.replace('"modifiers":[]', '"modifiers":[],"constructor":1'),
    tree.replace('"where_clause":null', '"where_clause":[1]'),
    tree.replace('"sample":null', '"sample":{"class":"FUNCTION","function_name":"getvariable"}'),
    tree.replace('"at_clause":null', '"at_clause":{"unit":"VERSION","expr":null}'),
  ];
  for (const text of forged) assert.equal(gateStatement(text, options).outcome, 'refused', text);
});

test('gateStatement() bounds nesting', async () => {
  const deep = `SELECT ${'('.repeat(300)}device${')'.repeat(300)} FROM climate`;
  assert.equal((await gate(deep)).outcome, 'ready');
  const nested = `${'SELECT * FROM ('.repeat(250)}SELECT 1${')'.repeat(250)}`;
  const parsed = await parser.parse(nested);
  assert.ok(parsed.outcome !== 'parsed' || gateStatement(parsed.ast, options).outcome === 'refused');
});
