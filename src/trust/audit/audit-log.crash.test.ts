import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { keysOf, testLogOptions } from '../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { AuditLog } from './audit-log.ts';
import { tailLog } from './tail-log.ts';
import { verifyLog } from './verify-log.ts';

const SUPPORT = path.resolve(import.meta.dirname, '../../../test/support/open-audit-log.ts');
const DOOR = path.join(import.meta.dirname, 'index.ts');

/** Appends from many places at once until killed, and prints each index and number once it is acknowledged. */
const WRITER = `
  import { AuditLog } from ${JSON.stringify(DOOR)};
  import { testEvent, testLogOptions } from ${JSON.stringify(SUPPORT)};
  const log = await AuditLog.open({ ...testLogOptions(process.argv[1]), integrateEvery: 20 });
  let number = Number(process.argv[2]);
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (;;) {
      const mine = number++;
      const { index } = await log.append(testEvent(mine));
      process.stdout.write(index + ' ' + mine + '\\n');
    }
  }));
`;

test('AuditLog loses and doubles nothing that it acknowledged when its process is killed at any moment', async (t) => {
  const directory = path.join(await temporaryFolder(t), 'audit');
  const acknowledged = new Map<number, number>();
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, directory, String(round * 1_000_000)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    // At another moment in each round, with respect to writes, tiles and checkpoints.
    let left = 20 + round * 37;
    for await (const line of lines) {
      // Only whole lines count: the last one may be cut by the kill.
      const [, index, number] = /^(\d+) (\d+)$/.exec(line) ?? [];
      if (index !== undefined) acknowledged.set(Number(index), Number(number));
      if (--left === 0) child.kill('SIGKILL');
    }
    await exited;
  }
  await using log = await AuditLog.open(testLogOptions(directory));
  const report = await verifyLog(log.source, { logKeys: keysOf(log) });
  assert.deepEqual([report.outcome, report.findings], ['verified', []]);
  const seen = new Set<number>();
  for await (const { index, event } of tailLog(log.source, { from: 0, logKeys: keysOf(log) })) {
    const number = Number(event.detail?.['number']);
    assert.ok(!seen.has(number), `event ${number} is there twice`);
    seen.add(number);
    const expected = acknowledged.get(index);
    if (expected !== undefined) assert.equal(number, expected, `index ${index}`);
  }
  assert.ok(acknowledged.size > 100, `only ${acknowledged.size} were acknowledged`);
  for (const number of acknowledged.values()) assert.ok(seen.has(number), `event ${number} is lost`);
});
