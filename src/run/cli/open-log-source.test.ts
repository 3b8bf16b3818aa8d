import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutOf } from '#run/server/index.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { CommandContext } from './command-context.ts';
import type { CliError } from './errors.ts';
import { logKeys, openLogSource } from './open-log-source.ts';
import { recordTerminal, standIn } from './testing.ts';

const KEY = 'weir/test+0123abcd+AdyGWpR9A+/k';

test('openLogSource() takes the data directory where it has a log, else what runs', async (t) => {
  const platform = await standIn(t, { 'GET /v1/audit/checkpoint': { status: 200, type: 'text/plain', text: 'NOTE' } });
  const context = new CommandContext(recordTerminal(), { data: platform.data });
  using remote = await openLogSource(context, undefined);
  assert.equal(remote.place, 'the running platform');
  assert.equal(Buffer.from((await remote.source.read('checkpoint')) ?? []).toString(), 'NOTE');
  assert.equal(await remote.source.read('tile/0/000'), null);
  const { audit } = layoutOf(platform.data);
  await mkdir(audit, { recursive: true });
  await writeFile(join(audit, 'checkpoint'), 'LOCAL');
  using local = await openLogSource(context, undefined);
  assert.equal(local.place, audit);
  assert.equal(Buffer.from((await local.source.read('checkpoint')) ?? []).toString(), 'LOCAL');
});

test('openLogSource() reads an address as the person of a token, trusting the named authority alone', async (t) => {
  const platform = await standIn(t, { 'GET /v1/audit/checkpoint': { status: 200, type: 'text/plain', text: 'NOTE' } });
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'ca'), platform.authority);
  await writeFile(join(folder, 'token'), 'weir_x\n');
  const context = new CommandContext(recordTerminal(), { tokenFile: join(folder, 'token') });
  using log = await openLogSource(context, platform.address.api, join(folder, 'ca'));
  assert.ok((await log.source.read('checkpoint')) !== null);
  assert.equal(platform.heard[0]?.authorization, 'Bearer weir_x');
  using distrusted = await openLogSource(context, platform.address.api);
  await assert.rejects(distrusted.source.read('checkpoint'), { code: 'CLI_NO_PLATFORM' });
});

test('logKeys() takes named keys, else those kept at the first start, else none', async (t) => {
  const data = await temporaryFolder(t);
  const context = new CommandContext(recordTerminal(), { data });
  assert.deepEqual(await logKeys(context, [KEY]), [KEY]);
  await assert.rejects(logKeys(context, undefined), ({ code, message }: CliError) => {
    assert.equal(code, 'CLI_USAGE');
    return message.includes(data);
  });
  await mkdir(layoutOf(data).operator);
  await writeFile(join(layoutOf(data).operator, 'audit.keys'), `${KEY}\n`);
  assert.deepEqual(await logKeys(context, undefined), [KEY]);
});
