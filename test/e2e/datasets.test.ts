import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { addAuditCommand } from '#run/cli/commands/audit.ts';
import { addDatasetCommand } from '#run/cli/commands/dataset.ts';
import type { DatasetRow, LineageRow } from '#run/cli/commands/dataset.ts';
import { addQueryCommand } from '#run/cli/commands/query.ts';
import { runCommand } from '#run/cli/testing.ts';
import { eventually } from '../support/eventually.ts';
import { requirePython } from '../support/outside.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { postReadings } from './post-readings.ts';

const run = promisify(execFile);
const EXAMPLES = path.resolve(import.meta.dirname, '../../examples/python');

const TEMPLATE = `
devices: { pump: {} }
streams:
  pump:
    from: pump
    purposes: [maintenance]
    fields: { pressure: { type: number, unit: bar }, site: { type: text }, place: { type: number, class: location } }
  ride:
    from: pump
    purposes: [maintenance]
    basis: consent
    subject: rider
    unenforced: accept
    fields: { rider: { type: text, class: identifier }, speed: { type: number } }
people:
  rides: { query: [ride], purposes: [maintenance], sees: [operational, identifier] }
  analyst: { query: [pump, _devices], purposes: [maintenance], sees: [operational] }
  exporter: { query: [pump], purposes: [maintenance], sees: [operational], may: [export] }
  north: { query: [pump], purposes: [maintenance], sees: [operational], may: [export], rows: { pump: "site = 'south'" } }
`;

/** Runs the cells of a notebook in order, as Jupyter would, and prints what they came to. */
const RUN_CELLS = `
import json, sys
cells = [cell for cell in json.load(open(sys.argv[1]))["cells"] if cell["cell_type"] == "code"]
space = {}
for cell in cells: exec("".join(cell["source"]), space)
devices = {device: int(row["count"]) for device, row in space["by_device"].iterrows()}
print(json.dumps({"provenance": space["provenance"], "devices": devices, "grown": len(space["frame"]) - len(space["first"])}))
`;

test('answers that leave the platform', async (t) => {
  const python = requirePython(t, 'pyarrow', 'pandas');
  await using weir = await startTestPlatform(TEMPLATE);
  const pump = await weir.enrol('pump-1', 'pump');
  const readings = Array.from({ length: 30 }, (_, i) => ({
    pressure: i / 2,
    site: i % 3 === 0 ? 'north, "yard"' : 'south',
    place: i,
    seq: i + 1,
  }));
  // A device is let in once the gateway has heard of it.
  const { outcomes } = await eventually(
    () => postReadings(weir, pump, 'pump', readings),
    ({ status }) => status !== 403,
  );
  assert.match(outcomes, /"stored":\s*30/);
  await eventually(
    () => weir.query<{ n: number }>('select count(*)::integer as n from pump'),
    ([found]) => found?.n === 30,
  );
  const token = path.join(weir.folder, 'token');
  await writeFile(token, `${await weir.addUser('ada', ['analyst'])}\n`, { mode: 0o600 });
  const asAda = ['--data', weir.layout.root, '--token-file', token];
  const at = (name: string): string => path.join(weir.folder, name);
  const authority = path.join(weir.layout.identity, 'ca.crt');

  await t.test('the Python example gets a data frame with a token', async () => {
    const sql = 'select device, count(*) as n, avg(pressure) as bar from pump group by 1';
    const words = [path.join(EXAMPLES, 'query_arrow.py'), weir.platform.address.api, authority, token, sql];
    const { stdout } = await run(python, words);
    assert.match(stdout, /device\s+n\s+bar\n0\s+pump-1\s+30\s+7\.25/);
  });

  await t.test('a receipt says what an answer was made from, whatever its format, and holds offline', async () => {
    const sql = 'select site, pressure, time, seq from pump order by seq';
    const keys = at('log.keys');
    const { out } = await runCommand(addAuditCommand, 'audit', 'key', '--data', weir.layout.root);
    await writeFile(keys, out);
    const check = (receipt: string, ...more: string[]) =>
      runCommand(addAuditCommand, 'audit', 'check-receipt', receipt, '--key', keys, '--json', ...more);
    for (const format of ['csv', 'json', 'ndjson']) {
      const words = ['query', sql, '--format', format, '--receipt', at(`${format}.receipt`), ...asAda];
      await writeFile(at(`answer.${format}`), (await runCommand(addQueryCommand, ...words)).out);
    }
    for (const format of ['arrow', 'parquet']) {
      const options = { token: (await readFile(token, 'utf8')).trim(), body: { sql, receipt: true } };
      const answer = await weir.call('POST', `/v1/query?format=${format}`, options);
      const id = String(answer.headers['weir-query-id']);
      await writeFile(at(`answer.${format}`), answer.body);
      await writeFile(
        at(`${format}.receipt`),
        (await weir.call('GET', `/v1/queries/${id}/receipt`, { token: options.token })).body,
      );
    }
    const formats = ['csv', 'json', 'ndjson', 'arrow', 'parquet'];
    for (const [i, format] of formats.entries()) {
      const same = await check(at(`${format}.receipt`), '--result', at(`answer.${format}`), '--sql', sql);
      const { result, relations, segments } = JSON.parse(same.out) as {
        result: string;
        relations: { name: string; policies: string[]; columns: { name: string }[] }[];
        segments: { rows: number }[];
      };
      assert.equal(result, 'same bytes');
      assert.deepEqual([relations.length, segments.reduce((sum, { rows }) => sum + rows, 0)], [1, 30]);
      assert.ok(relations[0]!.policies.length > 0 && relations[0]!.columns.length === 4);
      const other = formats[(i + 1) % formats.length]!;
      const rows = await check(at(`${format}.receipt`), '--result', at(`answer.${other}`));
      assert.equal((JSON.parse(rows.out) as { result: string }).result, 'same rows', `${format} and ${other}`);
    }
    await writeFile(at('bad.csv'), (await readFile(at('answer.csv'), 'utf8')).replace('14.5', '14.6'));
    await assert.rejects(check(at('csv.receipt'), '--result', at('bad.csv')), { code: 'CLI_RECEIPT_OTHER' });
    const receipt = await readFile(at('csv.receipt'), 'utf8');
    await writeFile(at('bad.receipt'), receipt.replace(/"policies":\["[^"]+/, '$&x'));
    await assert.rejects(check(at('bad.receipt')), { code: 'AUDIT_RECEIPT_INVALID' });
    const again = ['query', sql, '--format', 'csv', '--receipt', at('later.receipt'), ...asAda];
    assert.equal((await runCommand(addQueryCommand, ...again)).out, await readFile(at('answer.csv'), 'utf8'));
    await check(at('later.receipt'), '--result', at('answer.json'));
  });

  await t.test(
    'a dataset is the same rows for as long as it is there, with its lineage, through compaction',
    async () => {
      const dataset = (...words: string[]) => runCommand(addDatasetCommand, 'dataset', ...words, '--json', ...asAda);
      const create = ['create', 'pressures', '--from', 'pump', '--where', 'pressure >= 5', '--purpose', 'maintenance'];
      const first = JSON.parse((await dataset(...create)).out) as DatasetRow;
      assert.deepEqual([first.version, first.rows, first.purpose], [1, 20, 'maintenance']);
      assert.ok(!first.columns.some(({ name }) => name === 'place'), 'a column that ada does not see');
      const again = JSON.parse((await dataset(...create)).out) as DatasetRow;
      assert.deepEqual([again.version, again.digest], [2, first.digest]);
      await postReadings(weir, pump, 'pump', [{ pressure: 9, site: 'south', place: 1, seq: 31 }]);
      await eventually(
        async () => (await weir.query('select seq from pump')).length,
        (rows) => rows === 31,
      );
      const grown = JSON.parse((await dataset(...create)).out) as DatasetRow;
      assert.deepEqual([grown.version, grown.rows], [3, 21]);
      assert.notEqual(grown.digest, first.digest);
      const lineage = JSON.parse((await dataset('lineage', 'pressures')).out) as LineageRow;
      assert.deepEqual(lineage.devices, ['pump-1']);
      assert.deepEqual(lineage.templates, [weir.platform.template.digest]);
      assert.ok(
        lineage.segments.length >= 2 &&
          lineage.segments.every(({ journal, inputs }) => journal.length + inputs.length > 0),
      );
      const sql = ['--sql', 'select site, avg(pressure) as mean from pump group by site', '--purpose', 'maintenance'];
      const means = JSON.parse((await dataset('create', 'means', ...sql)).out) as DatasetRow;
      assert.equal(means.rows, 2);
      assert.equal((JSON.parse((await dataset('create', 'means', ...sql)).out) as DatasetRow).digest, means.digest);
      for (const wrong of [
        'select now() as at from pump',
        'select pressure, pressure from pump',
        'select [1] as x from pump',
      ]) {
        await assert.rejects(dataset('create', 'wrong', '--sql', wrong), { code: 'CLI_REFUSED' });
      }
      const { out } = await dataset('read', 'means', '--format', 'csv');
      assert.match(out, /^site,mean\r\n/);
    },
  );

  await t.test('a notebook reads a dataset by a credential that is good for nothing else', async () => {
    const key = at('dataset.key');
    await runCommand(addDatasetCommand, 'dataset', 'credential', 'pressures', '--minutes', '5', '--out', key, ...asAda);
    const secret = (await readFile(key, 'utf8')).trim();
    const answer = await weir.call('GET', '/v1/datasets/pressures/rows?format=parquet&version=1', { token: secret });
    assert.equal(answer.status, 200, answer.body.toString('utf8'));
    const { stdout } = await run(python, ['-c', RUN_CELLS, path.join(EXAMPLES, 'dataset.ipynb')], {
      env: { ...process.env, WEIR_URL: weir.platform.address.api, WEIR_CA: authority, WEIR_KEY: key },
    });
    const shown = JSON.parse(stdout) as {
      provenance: Record<string, string>;
      devices: Record<string, number>;
      grown: number;
    };
    assert.equal(shown.provenance['weir.dataset'], 'pressures@3');
    assert.equal(shown.provenance['weir.purpose'], 'maintenance');
    assert.match(shown.provenance['weir.digest'] ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual([shown.devices, shown.grown], [{ 'pump-1': 21 }, 1]);
    for (const [method, where, body] of [
      ['POST', '/v1/query', { sql: 'select pressure from pump', purpose: 'maintenance' }],
      ['GET', '/v1/datasets/means/rows', undefined],
      ['GET', '/v1/views/pump', undefined],
      ['POST', '/v1/datasets/pressures/credential', { minutes: 5 }],
      ['POST', '/v1/datasets', { name: 'more', from: 'pump', purpose: 'maintenance' }],
    ] as const) {
      const refused = await weir.call(method, where, { token: secret, ...(body === undefined ? {} : { body }) });
      assert.ok(refused.status >= 400, `${method} ${where}: ${refused.status}`);
    }
  });

  await t.test('who withdraws consent is in no dataset any more', async () => {
    for (const subject of ['ada', 'bob', 'cyd']) {
      await weir.ask('POST', '/v1/consents', { body: { stream: 'ride', subject } });
    }
    const rides = ['ada', 'bob', 'cyd'].map((rider, i) => ({ rider, speed: i + 1 }));
    await eventually(
      async () => (await postReadings(weir, pump, 'ride', rides)).outcomes,
      (text) => /"stored":\s*3/.test(text),
    );
    const rider = await weir.addUser('rae', ['rides']);
    const create = (body: object) =>
      weir.call('POST', '/v1/datasets', { token: rider, body: { purpose: 'maintenance', ...body } });
    const made = await eventually(
      () => create({ name: 'rides', from: 'ride' }),
      (answer) => answer.json<DatasetRow>().rows >= 3,
    );
    assert.equal(made.json<DatasetRow>().rows >= 3, true, made.body.toString('utf8'));
    const rowsOf = async (version: number): Promise<readonly string[]> => {
      const path = `/v1/datasets/rides/rows?version=${version}&columns=speed&format=csv`;
      const answer = await weir.call('GET', path, { token: rider });
      return answer.body.toString('utf8').trim().split('\r\n').slice(1);
    };
    const speeds = async (version: number) => [...new Set(await rowsOf(version))].sort();
    const first = await rowsOf(1);
    assert.deepEqual(await speeds(1), ['1', '2', '3']);
    await weir.ask('POST', '/v1/consents/withdraw', { body: { stream: 'ride', subject: 'bob' } });
    assert.deepEqual(await speeds(1), ['1', '3']);
    // As many rows are frozen as are shown: theirs are not there to be left out on reading.
    const next = (await create({ name: 'rides', from: 'ride' })).json<DatasetRow>();
    assert.deepEqual([next.version, next.rows], [2, first.filter((speed) => speed !== '2').length]);
    assert.deepEqual(await speeds(2), ['1', '3']);
    // A version is what was frozen: a new consent is for what comes from then on, and for no row of before.
    const leftOut = async (version: number) =>
      (await weir.call('GET', `/v1/datasets/rides?version=${version}`, { token: rider })).json<{ leftOut: object }>()
        .leftOut;
    const gone = { subjects: 1, rows: first.filter((speed) => speed === '2').length };
    await weir.ask('POST', '/v1/consents', { body: { stream: 'ride', subject: 'bob' } });
    assert.deepEqual([await speeds(1), await leftOut(1)], [['1', '3'], gone]);
    assert.deepEqual(await leftOut(2), { subjects: 0, rows: 0 });
    await eventually(
      async () => (await postReadings(weir, pump, 'ride', [{ rider: 'bob', speed: 9 }])).outcomes,
      (text) => /"stored":\s*1/.test(text),
    );
    const latest = await eventually(
      async () => speeds((await create({ name: 'rides', from: 'ride' })).json<DatasetRow>().version),
      (found) => found.includes('9'),
    );
    assert.deepEqual(
      [latest, await speeds(1)],
      [
        ['1', '3', '9'],
        ['1', '3'],
      ],
    );
    const blind = await create({ name: 'mean', sql: 'select avg(speed) as mean from ride' });
    assert.equal(blind.json<{ code: string }>().code, 'API_DATASET_INVALID', 'who withdraws could not be left out');
  });

  await t.test('the platform proves it of itself', async () => {
    const body = { rows: [], ids: ['answers-can-be-traced'] };
    const { controls } = await weir.ask<{ controls: { outcome: string; evidence: object }[] }>('POST', '/v1/prove', {
      body,
    });
    assert.equal(controls[0]?.outcome, 'pass', JSON.stringify(controls[0]));
  });

  await t.test('PyArrow reads sealed segments with keys that policy releases, and no others', async () => {
    const file = await activeSegment(weir);
    const keep = async (name: string, text: string): Promise<string> => {
      await writeFile(at(name), `${text}\n`, { mode: 0o600 });
      return at(name);
    };
    const added = await weir.ask<{ token: string; user: { id: string } }>('POST', '/v1/users', {
      body: { name: 'eve', roles: ['exporter'] },
    });
    const read = async (key: string, wanted: string): Promise<string> => {
      const words = [path.join(EXAMPLES, 'weir_kms.py'), weir.platform.address.api, authority, key, 'maintenance'];
      return run(python, [...words, file, wanted]).then(
        ({ stdout }) => stdout,
        (error: { stderr: string }) => `refused: ${error.stderr}`,
      );
    };
    const exporter = await keep('exporter', added.token);
    assert.match(await read(exporter, 'device,pressure'), /device +pressure\n0 +pump-1 +\d/);
    assert.match(await read(exporter, 'place'), /refused: .*403/s, 'a column that the role does not see');
    assert.match(await read(token, 'pressure'), /refused: .*403: Cannot release key/s, 'who may query and not export');
    const north = await keep('north', await weir.addUser('nora', ['north']));
    assert.match(
      await read(north, 'pressure'),
      /refused: .*403: .*use a dataset or a query/is,
      'who sees some rows alone',
    );
    const material = (await readFile(file)).toString('latin1');
    const handle = /"wrappedDEK":"([^"]+)"/.exec(material)?.[1] ?? '';
    const asked = { body: { wrappedKey: handle, purpose: 'maintenance' } };
    const refused = await weir.call('POST', '/v1/keys/unwrap', {
      ...asked,
      token: (await readFile(north, 'utf8')).trim(),
    });
    assert.match(refused.json<{ detail: string }>().detail, /use a dataset or a query/);
    const unknown = await weir.call('POST', '/v1/keys/unwrap', { body: { wrappedKey: 'x' }, token: added.token });
    assert.deepEqual([unknown.status, unknown.json<{ code: string }>().code], [403, 'API_KEY_FORBIDDEN']);
    const log = await weir.ask<{
      entries: { event: { action: string; outcome: string; actor: string; detail: { column: string } } }[];
    }>('GET', '/v1/audit/entries?limit=1000');
    await read(exporter, 'device,pressure');
    const released = log.entries.filter(({ event }) => event.action === 'release-key' && event.outcome === 'allowed');
    assert.deepEqual(released.map(({ event }) => event.detail.column).sort(), ['device', 'footer', 'pressure']);
    await weir.ask('POST', `/v1/users/${added.user.id}/disable`);
    assert.match(await read(exporter, 'pressure'), /refused: .*401/s, 'revoking stops further releases');
  });
});

/** The object of a segment that queries see. */
async function activeSegment(weir: TestPlatform): Promise<string> {
  const { segments } = await weir.ask<LineageRow>('GET', '/v1/datasets/pressures/lineage');
  const active = segments.find(({ state }) => state === 'active');
  assert.ok(active !== undefined);
  const folder = path.join(weir.layout.objects, 'segments');
  const found = (await readdir(folder, { recursive: true })).find((name) => name.includes(active.id));
  return path.join(folder, found ?? '');
}
