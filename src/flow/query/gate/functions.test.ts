import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { AGGREGATES, FUNCTIONS, SESSION_WORDS, TABLE_FUNCTIONS } from './functions.ts';

async function engineFunctions(types: readonly string[]): Promise<Set<string>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const list = types.map((type) => `'${type}'`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN (${list})`,
  );
  connection.closeSync();
  instance.closeSync();
  return new Set(reader.getRows().map(([name]) => String(name)));
}

/** What the parser makes of syntax, and aliases that it knows, without an entry in the engine's list. */
const OF_THE_PARSER = new Set([
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'if',
  'ifnull',
  'iff',
  'overlay',
  'unlist',
  'unnest',
  '/',
  '~*',
  '!~',
  '!~*',
  '->',
  'row',
]);

test('FUNCTIONS lists what the engine has, without what reads the session', async () => {
  const known = await engineFunctions(['scalar', 'macro', 'aggregate']);
  const missing = [...FUNCTIONS].filter((name) => !known.has(name.toLowerCase()) && !OF_THE_PARSER.has(name));
  assert.deepEqual(missing, []);
  for (const name of SESSION_WORDS) assert.ok(!FUNCTIONS.has(name), name);
});

test('FUNCTIONS leaves out whatever reads more than its arguments', () => {
  const reads =
    /^(read_|current_(?!date|time|local)|pg_(?!size_pretty|typeof)|duckdb|pragma|has_.*privilege|icu_collate|inet_|json_(de)?serialize|nextval|currval|getvariable|txid|stats$|vector_type|write_log|sleep|setseed|version|query|in_search_path|__internal|variant_)/;
  assert.deepEqual(
    [...FUNCTIONS].filter((name) => reads.test(name)),
    [],
  );
});

test('AGGREGATES are the aggregates and window functions of the engine', async () => {
  const known = await engineFunctions(['aggregate', 'macro']);
  const windows = new Set([
    'cume_dist',
    'dense_rank',
    'fill',
    'lag',
    'lead',
    'nth_value',
    'ntile',
    'percent_rank',
    'rank',
    'rank_dense',
    'row_number',
    'first_value',
    'last_value',
  ]);
  assert.deepEqual(
    [...AGGREGATES].filter((name) => !known.has(name) && !windows.has(name)),
    [],
  );
});

test('TABLE_FUNCTIONS are few, and none opens anything', () => {
  assert.deepEqual([...TABLE_FUNCTIONS].sort(), [
    'generate_series',
    'json_each',
    'json_tree',
    'range',
    'repeat',
    'repeat_row',
    'unnest',
  ]);
});
