import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalJson } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import { formatReceipt } from '#trust/audit/index.ts';
import { makeReceipt, RECEIPT_BODY } from '../../../../test/support/make-receipt.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand } from '../testing.ts';
import { addAuditCommand } from './audit.ts';

const SQL = 'select device from climate';
const CSV = 'device\r\ntruck-1\r\ntruck-2\r\n';
const BODY = {
  ...RECEIPT_BODY,
  statement: { ...RECEIPT_BODY.statement, request: sha256Hex(canonicalJson({ sql: SQL, parameters: [] })) },
  result: { ...RECEIPT_BODY.result, sha256: sha256Hex(CSV), digest: sha256Hex('["truck-1"]\n["truck-2"]\n') },
};

test('weir audit check-receipt compares statement, bytes and rows', async (t) => {
  const { receipt, log } = await makeReceipt(t, BODY);
  const folder = await temporaryFolder(t);
  const keep = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const file = await keep('receipt', formatReceipt(receipt));
  const check = (...more: string[]) =>
    runCommand(addAuditCommand, 'audit', 'check-receipt', file, '--key', ...log.verifierKeys, ...more);
  const shown = await check('--sql', SQL, '--result', await keep('a.csv', CSV));
  assert.match(shown.out, /^receipt of query 0193f2 holds: entry 6 of .*$/m);
  assert.match(shown.out, /statement same$/m);
  assert.match(shown.out, /csv; same bytes$/m);
  assert.match(shown.out, /^on trust {3}rows of _devices/m);
  const rows = await keep('a.ndjson', '{"device":"truck-1"}\n{"device":"truck-2"}\n');
  const asJson = JSON.parse((await check('--result', rows, '--json')).out) as Record<string, unknown>;
  assert.deepEqual([asJson['result'], asJson['statement']], ['same rows', 'not compared']);
  const others: readonly (readonly string[])[] = [
    ['--sql', `${SQL} `],
    ['--result', await keep('b.csv', CSV.replace('truck-2', 'truck-3'))],
    ['--result', await keep('b.txt', rows)],
  ];
  for (const other of others) await assert.rejects(check(...other), { code: 'CLI_RECEIPT_OTHER' });
  await assert.rejects(check('--result', join(folder, 'none.csv')), { code: 'CLI_FILE_UNREADABLE' });
  await keep('receipt', formatReceipt(receipt).replace('"rows":2', '"rows":3'));
  await assert.rejects(check(), { code: 'AUDIT_RECEIPT_INVALID' });
});
