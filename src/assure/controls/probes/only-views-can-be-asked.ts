import { PROBER_STREAMS } from '#base/core/index.ts';
import type { Control } from '../control.ts';
import { judge } from '../control.ts';

/** Statements that reach beyond the governed views, each in its own way. */
const FORBIDDEN = [
  "select * from read_text('/etc/passwd')",
  "select * from read_parquet('objects/*')",
  "select * from '/etc/passwd'",
  "select * from glob('/*')",
  "select * from query('select 1')",
  "select * from query_table('_probe')",
  'select * from duckdb_tables()',
  'select * from information_schema.schemata',
  "select * from pragma_table_info('_probe')",
  "copy _probe to '/tmp/out'",
  "attach '/tmp/x.db'",
  'install httpfs',
  "load 'x'",
  "set memory_limit = '1GB'",
  'pragma database_list',
  'create table t as select 1',
  'select 1; select 2',
  "select getenv('HOME')",
] as const;

const OWN: ReadonlySet<string> = new Set(PROBER_STREAMS);

/** Streams of users that are asked for, at most. */
const MOST_STREAMS = 20;

/** Runs SQL that must be refused, and one statement that must not. */
export const onlyViewsCanBeAsked: Control = {
  id: 'only-views-can-be-asked',
  row: 27,
  covers: 'part',
  statement: 'SQL reaches the governed views and nothing else: no file, no catalogue, no setting, no second statement',
  requirements: ['gdpr:25', 'iso-27001:A.8.3', 'nist-csf:PR.AA-05'],
  probe: async (platform) => {
    const allowed = await platform.query('select count(*) as n from _probe');
    const answered: string[] = [];
    for (const sql of FORBIDDEN) {
      if ((await platform.query(sql)).status < 400) answered.push(sql);
    }
    // The prober was given its own streams alone: what others may ask does not exist for it.
    const others = [
      ...(await platform.streams()).map(({ name }) => name).slice(0, MOST_STREAMS),
      '_devices',
      '_events',
    ];
    for (const name of others) {
      const sql = `select count(*) as n from "${name}"`;
      if ((await platform.query(sql)).status < 400) answered.push(sql);
    }
    const { body } = await platform.query('select table_name from information_schema.tables');
    const listed = Array.isArray(body) ? (body as { table_name?: string }[]).map((row) => row.table_name ?? '') : [];
    return judge(
      {
        'ordinary SQL is answered': allowed.status === 200,
        'all else is refused': answered.length === 0,
        'its own views alone are listed': listed.length > 0 && listed.every((name) => OWN.has(name)),
      },
      { tried: FORBIDDEN.length + others.length, answered, listed },
    );
  },
};
