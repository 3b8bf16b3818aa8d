import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAuditLog } from '../../../../test/support/open-audit-log.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand, standIn } from '../testing.ts';
import { addAuditCommand } from './audit.ts';

test('weir audit reads, follows and verifies a log in a folder by its keys', async (t) => {
  const { log, directory } = await openAuditLog(t);
  for (let i = 0; i < 5; i++)
    await log.append({ actor: 'weir:test', action: 'start', resource: `part:${i}`, outcome: 'done' });
  await log.flush();
  const keys = join(await temporaryFolder(t), 'keys');
  await writeFile(keys, `# of a test\n${log.verifierKeys.join('\n')}\n`);
  const from = ['--from', directory, '--key', keys];
  const verified = await runCommand(addAuditCommand, 'audit', 'verify', ...from);
  assert.match(verified.out, /: 5 entries, verified$/m);
  const tail = await runCommand(addAuditCommand, 'audit', 'tail', '--lines', '2', ...from);
  assert.deepEqual(
    tail.out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { resource: string }).resource),
    ['part:3', 'part:4'],
  );
  const ocsf = await runCommand(addAuditCommand, 'audit', 'tail', '--start', '4', '--format', 'ocsf', ...from);
  assert.equal((JSON.parse(ocsf.out) as { metadata: { sequence: number } }).metadata.sequence, 4);
  const note = await runCommand(addAuditCommand, 'audit', 'checkpoint', ...from);
  assert.match(note.out, /^[^\n]+\n5\n/);
  await assert.rejects(runCommand(addAuditCommand, 'audit', 'tail', '--format', 'xml', ...from), { code: 'CLI_USAGE' });
});

test('weir audit verify fails where there is no log, and says so in JSON', async (t) => {
  const { log } = await openAuditLog(t);
  const empty = await temporaryFolder(t);
  const words = ['audit', 'verify', '--from', empty, '--key', ...log.verifierKeys];
  await assert.rejects(runCommand(addAuditCommand, ...words), { code: 'CLI_LOG_BROKEN' });
  await assert.rejects(runCommand(addAuditCommand, 'audit', 'checkpoint', '--from', empty), { code: 'CLI_LOG_BROKEN' });
});

test('weir audit prove and key ask the platform', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/audit/proof/3': { status: 200, type: 'text/plain', text: 'PROOF' },
    'GET /v1/audit/keys': { keys: ['a', 'b'] },
  });
  assert.equal((await platform.run(addAuditCommand, 'audit', 'prove', '3')).out, 'PROOF');
  assert.equal((await platform.run(addAuditCommand, 'audit', 'key')).out, 'a\nb\n');
  await assert.rejects(platform.run(addAuditCommand, 'audit', 'prove', '-3'), { code: 'CLI_USAGE' });
  await assert.rejects(platform.run(addAuditCommand, 'audit', 'prove', 'x'), { code: 'CLI_USAGE' });
});
