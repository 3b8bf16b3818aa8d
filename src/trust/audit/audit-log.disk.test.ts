import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { requireProgram } from '../../../test/support/outside.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';

const SUPPORT = path.resolve(import.meta.dirname, '../../../test/support/open-audit-log.ts');
const DOOR = path.join(import.meta.dirname, 'index.ts');

/**
 * Fills a small file system through the log, sees it refuse, makes room, and sees it go on.
 * Prints what happened as JSON.
 */
const PROGRAM = `
  import { writeFileSync, rmSync } from 'node:fs';
  import { AuditLog, verifyLog } from ${JSON.stringify(DOOR)};
  import { keysOf, testEvent, testLogOptions } from ${JSON.stringify(SUPPORT)};
  const root = process.argv[1];
  const ballast = root + '/ballast';
  const log = await AuditLog.open({ ...testLogOptions(root + '/audit'), integrateEvery: 20 });
  const taken = [];
  const codes = new Set();
  const append = async (number) => {
    try { taken[(await log.append(testEvent(number))).index] = number; return true; }
    catch (error) { codes.add(error.code); return false; }
  };
  for (let i = 0; i < 20; i++) await append(i);
  const fill = () => { try { for (let i = 0; ; i++) writeFileSync(ballast + i, new Uint8Array(4096)); } catch {} };
  fill();
  let refused = 0;
  for (let i = 100; i < 400; i++) if (!(await append(i))) refused++;
  for (let i = 0; i < 2000; i++) rmSync(ballast + i, { force: true });
  let after = 0;
  for (let i = 1000; i < 1020; i++) if (await append(i)) after++;
  const checkpoint = await log.flush();
  const report = await verifyLog(log.source, { logKeys: keysOf(log) });
  const dense = taken.length === checkpoint.size && !taken.includes(undefined);
  await log[Symbol.asyncDispose]();
  console.log(JSON.stringify({ codes: [...codes], refused: refused > 0, after, dense, outcome: report.outcome }));
`;

test('AuditLog refuses on a full disk and recovers without a restart once there is room', async (t) => {
  const unshare = requireProgram(t, 'unshare');
  const folder = await temporaryFolder(t);
  // A file system of its own in a namespace of its own: nothing else can notice it being full.
  const script = 'mount -t tmpfs -o size=2m weir "$0" && exec "$@"';
  const inside = [process.execPath, '--input-type=module', '-e', PROGRAM, folder];
  const run = spawnSync(unshare, ['-Urm', 'sh', '-c', script, folder, ...inside], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (/unshare failed|Operation not permitted|permission denied/i.test(run.stderr)) {
    t.skip('the kernel allows no user namespaces here; the failing disk of append-queue.test.ts stands in');
    return;
  }
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(JSON.parse(run.stdout), {
    codes: ['AUDIT_LOG_UNAVAILABLE'],
    refused: true,
    after: 20,
    dense: true,
    outcome: 'verified',
  });
});
