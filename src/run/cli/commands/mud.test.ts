import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatMud, readMud } from '#declare/mud/index.ts';
import { LAMP_MUD } from '../../../../test/support/lamp-mud.ts';
import { ZEEK_HEADER, ZEEK_LINE } from '../../../../test/support/out-flow.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand } from '../testing.ts';
import { addMudCommand } from './mud.ts';

async function files(t: Parameters<typeof temporaryFolder>[0], ...lines: readonly string[]) {
  const folder = await temporaryFolder(t);
  const [profile, log] = [join(folder, 'lamp.json'), join(folder, 'conn.log')];
  await writeFile(profile, LAMP_MUD);
  await writeFile(log, [...ZEEK_HEADER, ...lines].join('\n'));
  return { profile, log, folder };
}

test('weir mud show says what a profile allows, and export writes it in the form of the RFC', async (t) => {
  const { profile, folder } = await files(t);
  const { out } = await runCommand(addMudCommand, 'mud', 'show', profile);
  assert.match(out, /^a lamp, https:\/\/maker\.example\/lamp, of 2026-01-02/);
  assert.match(out, /^cloud +cloud\.maker\.example +tcp +443 .*device +accept$/m);
  assert.match(out, /^arp +any +0x806 /m);
  const earlier = join(folder, 'earlier.json');
  await writeFile(earlier, LAMP_MUD.replace('access-control-list:acls', 'access-control-list:access-lists'));
  const exported = await runCommand(addMudCommand, 'mud', 'export', earlier);
  assert.equal(exported.out, formatMud(readMud(LAMP_MUD)));
  await assert.rejects(runCommand(addMudCommand, 'mud', 'show', join(folder, 'conn.log')), {
    code: 'MUD_PROFILE_INVALID',
  });
});

test('weir mud learn and check: what was learnt from is allowed, the rest is told', async (t) => {
  const evil = ZEEK_LINE.replace('40.74.108.123\t443', '6.6.6.6\t4444');
  const { log, folder } = await files(t, ZEEK_LINE, ZEEK_LINE.slice(0, 30), ZEEK_LINE);
  const learnt = await runCommand(addMudCommand, 'mud', 'learn', log, '--url', 'https://maker.example/lamp');
  assert.match(learnt.err, /conn\.log:9: it has/);
  assert.match(learnt.err, /learnt from 2 flows/);
  const profile = join(folder, 'learnt.json');
  await writeFile(profile, learnt.out);
  const same = await runCommand(addMudCommand, 'mud', 'check', profile, log);
  assert.match(same.out, /^2 of 2 flows are allowed, 1 lines not read$/m);
  assert.equal(same.status, 0);
  const other = join(folder, 'other.log');
  await writeFile(other, [...ZEEK_HEADER, ZEEK_LINE, evil, evil].join('\n'));
  const { out, status } = await runCommand(addMudCommand, 'mud', 'check', profile, other);
  assert.match(out, /^1 of 3 flows are allowed$/m);
  assert.match(out, /^ *2 +device +6\.6\.6\.6 +tcp +4444 +sent: no rule$/m);
  assert.equal(status, 1);
  const words = ['mud', 'check', profile, other, '--address', '192.168.1.8', '--json'];
  assert.equal(JSON.parse((await runCommand(addMudCommand, ...words)).out).flows, 0);
});

test('weir mud learn refuses no flows and what is no URL', async (t) => {
  const { log } = await files(t);
  await assert.rejects(runCommand(addMudCommand, 'mud', 'learn', log, '--url', 'https://a.example/b'), {
    code: 'CLI_FILE_UNREADABLE',
  });
  await assert.rejects(runCommand(addMudCommand, 'mud', 'learn', log, '--url', 'lamp'), { code: 'CLI_USAGE' });
});
