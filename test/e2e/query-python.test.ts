import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { CONTENT_TYPES, executePlan, formatForAccept, StatementParser } from '#flow/query/index.ts';
import { requirePython } from '../support/outside.ts';
import { planOf, query, testKeys } from '../support/query-fixture.ts';
import { temporaryFolder } from '../support/tmp.ts';
import { makeCorpusWorld } from './query-world.ts';

const run = promisify(execFile);
const EXAMPLE = path.resolve(import.meta.dirname, '../../examples/python/query_arrow.py');

/** One statement with a column of every type that results have. */
const EVERY_TYPE = `SELECT (i % 100)::TINYINT AS a, i::SMALLINT AS b, i::INTEGER AS c, i * 1844674407370955 AS d,
  abs(i)::UTINYINT % 200 AS e, abs(i)::UBIGINT AS f, i::HUGEINT * 17014118346046923173168730371588 AS g, i::FLOAT AS h,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i::DOUBLE / 3 END AS j, 'nan'::DOUBLE AS k, (i * 1.25)::DECIMAL(10, 2) AS l,
  (i * 1.125)::DECIMAL(38, 3) AS m, CASE WHEN i % 5 = 0 THEN NULL ELSE 'tüxt "' || i END AS n, ('\\x00' || i)::BLOB AS o,
  DATE '2024-02-29' + i::INTEGER AS p, TIME '10:00:00' + to_microseconds(i) AS q,
  TIMESTAMP '2024-01-01' + to_microseconds(i) AS r, make_timestamptz(1700000000000000 + i) AS s, [i, NULL, i + 1] AS t,
  {'x': i, 'y': ['q']} AS u, map {'k' || i: i} AS v, i % 2 = 0 AS w, [{'a': DATE '2024-01-01'}] AS x,
  TIMESTAMP_NS '2024-01-01 00:00:00.123456789' AS y, sum(i) OVER () AS z FROM range(-5, 100) r(i)`;

const COMPARE = `
import json, sys
import pandas, polars, pyarrow.ipc, pyarrow.parquet
folder = sys.argv[1]
arrow = pyarrow.ipc.open_stream(open(folder + '/out.arrow', 'rb')).read_all()
arrow.validate(full=True)
parquet = pyarrow.parquet.read_table(folder + '/out.parquet')
document = json.load(open(folder + '/out.json'))
lines = [json.loads(line) for line in open(folder + '/out.ndjson')]
csv = pandas.read_csv(folder + '/out.csv')
different = [name for name in arrow.column_names if str(arrow[name].to_pylist()) != str(parquet[name].to_pylist())]
print(json.dumps({
  'rows': [arrow.num_rows, parquet.num_rows, document['count'], len(document['rows']), len(lines), csv.shape[0]],
  'different': different,
  'frames': [arrow.to_pandas().shape, polars.from_arrow(arrow).shape, polars.read_parquet(folder + '/out.parquet').shape, csv.shape],
  'integers': [arrow['d'].to_pylist() == [row['d'] for row in lines] == csv['d'].tolist()],
  'sum': str(arrow['z'][0]) == str(lines[0]['z']) == str(parquet['z'][0]),
  'purpose': [arrow.schema.metadata[b'weir.purpose'].decode(), parquet.schema.metadata[b'weir.purpose'].decode()],
  'unit': arrow.schema.field('a').metadata[b'weir.unit'].decode(),
  'columns': json.loads(parquet.schema.metadata[b'weir.columns'])[0],
}))
`;

test('every format reads back in Python with the same values', async (t) => {
  const python = requirePython(t, 'pyarrow', 'pandas', 'polars');
  const folder = await temporaryFolder(t);
  using parser = await StatementParser.open();
  const world = await makeCorpusWorld(folder, parser);
  using files = world.files;
  const plan = {
    ...(await planOf(world, EVERY_TYPE)),
    columnNotes: [{ class: 'operational' as const, unit: 'Cel' }],
    notes: { purpose: 'quality' },
  };
  for (const format of ['arrow', 'parquet', 'json', 'ndjson', 'csv'] as const) {
    const parts: Uint8Array[] = [];
    const sink = { write: (part: Uint8Array) => void parts.push(new Uint8Array(part)) };
    await executePlan(plan, format, { files, askKeys: testKeys }, sink, new AbortController().signal);
    await writeFile(path.join(folder, `out.${format}`), Buffer.concat(parts));
  }
  const { stdout } = await run(python, ['-c', COMPARE, folder]);
  assert.deepEqual(JSON.parse(stdout), {
    rows: [105, 105, 105, 105, 105, 105],
    different: [],
    frames: Array.from({ length: 4 }, () => [105, 25]),
    integers: [true],
    sum: true,
    purpose: ['quality', 'quality'],
    unit: 'Cel',
    columns: { name: 'a', class: 'operational', unit: 'Cel' },
  });
});

test('examples/python/query_arrow.py turns an answer into a data frame', async (t) => {
  const python = requirePython(t, 'pyarrow', 'pandas');
  const folder = await temporaryFolder(t);
  using parser = await StatementParser.open();
  const world = await makeCorpusWorld(folder, parser);
  using files = world.files;
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { sql } = JSON.parse(await bodyOf(request)) as { sql: string };
      if (sql === 'nonsense') {
        response.writeHead(400, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ detail: 'Cannot read statement', hint: 'begin with SELECT' }));
        return;
      }
      asked.push([request.method, request.url, request.headers.authorization]);
      const format = formatForAccept(request.headers.accept ?? '') ?? 'json';
      response.setHeader('content-type', CONTENT_TYPES[format]).end((await query(world, sql, format)).bytes);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  await writeFile(path.join(folder, 'token'), 'a-token\n');
  const sql = 'SELECT device, count(*) AS readings FROM climate GROUP BY device ORDER BY device';
  const { stdout } = await run(python, [EXAMPLE, `http://127.0.0.1:${port}`, '-', path.join(folder, 'token'), sql]);
  assert.match(stdout, /device {2}readings\n0 +d0 +400\n/);
  assert.deepEqual(asked, [['POST', '/v1/query', 'Bearer a-token']]);
  const refused = run(python, [EXAMPLE, `http://127.0.0.1:${port}`, '-', path.join(folder, 'token'), 'nonsense']);
  await assert.rejects(refused, { stderr: '400: Cannot read statement; begin with SELECT\n' });
  assert.ok(files.heldBytes > 0);
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) body += String(part);
  return body;
}
