import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StatementParser } from '#flow/query/index.ts';
import type { GovernedRelation, Grants, Relations } from '#flow/query/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { hintOfOriginals } from './compared-originals.ts';

const TEMPLATE = makeTemplate(`
devices: { d: {} }
streams:
  visits:
    from: d
    purposes: [care]
    fields:
      keeper: { type: text, class: identifier, token: reversible }
      plate: { type: text, class: identifier, tokenise: plates }
      card: { type: text, class: identifier, token: { alphabet: digits, length: [16, 16] }, tokenise: cards }
      room: { type: text }
  lamps: { from: d, fields: { keeper: { type: text } } }
`);

const relation = (name: string, from: readonly string[], columns: readonly string[]): GovernedRelation =>
  ({
    name,
    kind: from.length === 0 ? 'stream' : 'view',
    from,
    columns: columns.map((each) => ({ name: each })),
  }) as never;
const RELATIONS: Relations = new Map(
  [
    relation('visits', [], ['keeper', 'plate', 'card', 'room']),
    relation('lamps', [], ['keeper']),
    relation('daily', ['visits'], ['keeper', 'n']),
    relation('either', ['visits', 'lamps'], ['keeper']),
    relation('rooms', ['visits'], ['room']),
  ].map((one) => [one.name, one]),
);

/** What somebody sees of the relations that are named, with masks by column. */
function grantsOf(names: readonly string[], masks: Readonly<Record<string, string>> = {}): Grants {
  const columnsOf = (name: string) =>
    (RELATIONS.get(name)?.columns ?? []).map((column) => ({ name: column.name, mask: masks[column.name] ?? null }));
  return new Map(names.map((name) => [name, { columns: columnsOf(name), rowFilter: null }]));
}
const ALL = grantsOf([...RELATIONS.keys()]);

let parser: StatementParser;
before(async () => {
  parser = await StatementParser.open();
});
after(() => parser.close());

async function hintFor(sql: string, grants: Grants = ALL): Promise<string | null> {
  const parsed = await parser.parse(sql);
  assert.equal(parsed.outcome, 'parsed', sql);
  if (parsed.outcome !== 'parsed') return null;
  return hintOfOriginals(parsed.ast, ['k1'], TEMPLATE, { relations: RELATIONS, grants });
}

test('hintOfOriginals() says where a column of tokens is compared with what is none', async () => {
  assert.match(
    (await hintFor("select * from visits where keeper = 'k1'")) ?? '',
    /^keeper of visits holds tokens .*: weir tokenise visits keeper ORIGINAL --purpose WORD/,
  );
  assert.match(
    (await hintFor("select * from daily where keeper = 'k1'")) ?? '',
    /^keeper of daily .*weir tokenise visits/,
  );
  // There is no way from an original to such a token.
  assert.match(
    (await hintFor("select * from visits where plate = 'k1'")) ?? '',
    /: filter by what the token stands beside/,
  );
  for (const sql of [
    'select * from Visits where KEEPER in ($1)',
    "select * from daily where keeper = 'k1'",
    "select * from visits where keeper in ('t1-aaaaaaaaaaaaaaaa', 'k1')",
    "select * from visits where room = 'k1' and keeper = 'k1'",
  ])
    assert.match((await hintFor(sql)) ?? '', /holds tokens/, sql);
});

test('hintOfOriginals() says of tokens that keep a format that no original is equal to them', async () => {
  assert.match(
    (await hintFor("select * from visits where card = '1234567812345678'")) ?? '',
    /^card of visits holds tokens that look like originals.*weir tokenise visits card ORIGINAL/,
  );
});

test('hintOfOriginals() says nothing of tokens, nor of other columns', async () => {
  for (const sql of [
    "select * from visits where keeper = 't1-aaaaaaaaaaaaaaaa'",
    "select * from visits where room = 'k1'",
    "select * from lamps where keeper = 'k1'",
    "select * from rooms where room = 'k1'",
    // It may be meant of the one that holds it as it is.
    "select * from visits v join lamps l on v.room = l.keeper where l.keeper = 'k1'",
    "select * from either where keeper = 'k1'",
  ])
    assert.equal(await hintFor(sql), null, sql);
});

test('hintOfOriginals() names nothing that is not shown to who asks', async () => {
  const sql = "select * from daily where keeper = 'k1'";
  const alone = (await hintFor(sql, grantsOf(['daily']))) ?? '';
  assert.match(alone, /^keeper of daily holds tokens .*: filter by/);
  assert.doesNotMatch(alone, /visits/);
  // A mask stands in place of the token.
  assert.equal(await hintFor(sql, grantsOf(['daily', 'visits'], { keeper: 'hash' })), null);
  assert.equal(await hintFor(sql, grantsOf(['rooms'])), null);
});
