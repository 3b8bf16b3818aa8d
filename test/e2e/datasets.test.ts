import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { addAuditCommand } from '#run/cli/commands/audit.ts';
import { addQueryCommand } from '#run/cli/commands/query.ts';
import { runCommand } from '#run/cli/testing.ts';
import { requirePython } from '../support/outside.ts';
import { startTestPlatform } from '../support/running-platform.ts';
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
people: { analyst: { query: [pump, _devices], purposes: [maintenance], sees: [operational] } }
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
  const { outcomes } = await postReadings(weir, pump, 'pump', readings);
  assert.match(outcomes, /"stored":\s*30/);
  // A reading is visible within a second of its acknowledgement.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
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
    await weir.restart();
    const again = ['query', sql, '--format', 'csv', '--receipt', at('later.receipt'), ...asAda];
    assert.equal((await runCommand(addQueryCommand, ...again)).out, await readFile(at('answer.csv'), 'utf8'));
    await check(at('later.receipt'), '--result', at('answer.json'));
  });
});
