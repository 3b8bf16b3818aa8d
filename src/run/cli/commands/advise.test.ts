import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { runCommand, standIn } from '../testing.ts';
import { addAdviseCommand } from './advise.ts';

const TEMPLATE = `template: 1
name: mine
devices:
  truck: {lifetime: 12y}
  tag: {class: c1, power: battery, lifetime: 3y}
`;

async function fileOf(t: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const file = join(await temporaryFolder(t), 'weir.yaml');
  await writeFile(file, TEMPLATE);
  return file;
}

test('weir advise encryption answers premises by themselves, and other premises otherwise', async () => {
  const words = ['advise', 'encryption', '--class', 'c1', '--power', 'battery', '--data-class', 'health'];
  const { out, err } = await runCommand(addAdviseCommand, ...words, '--lifetime', '12y', '--link', 'cellular');
  assert.match(out, /^a device: class c1, battery, link cellular, data health, in use for 12y$/m);
  assert.match(out, /^cipher +AES-256-GCM +gcm +256 .*NIST IR 8547/m);
  assert.match(out, /^renewal +a new device key each year +365 .*SP 800-57/m);
  assert.match(out, /^caution: .*RFC 8879/m);
  assert.equal(err, '');
  const other = await runCommand(addAdviseCommand, ...words, '--link', 'lorawan', '--cannot', 'none');
  assert.match(other.out, /^cipher +AES-CCM-16-128-128 +ccm +128 /m);
});

test('weir advise encryption answers each type of a template file where nothing runs', async (t) => {
  const words = ['advise', 'encryption', '--template', await fileOf(t), '--data', '/nonexistent'];
  const { out, err } = await runCommand(addAdviseCommand, ...words);
  assert.match(out, /^truck: class unconstrained[\s\S]*^device key +ML-DSA-65[\s\S]*^tag: class c1, battery/m);
  assert.match(err, /no platform runs here/);
  const { types } = JSON.parse((await runCommand(addAdviseCommand, ...words, '--type', 'tag', '--json')).out);
  assert.deepEqual(
    types.map(({ type, changed, devices }: Record<string, unknown>) => [type, changed, devices]),
    [['tag', [], []]],
  );
});

test('weir advise encryption lists the devices that a premise, or what they lack, makes differ', async (t) => {
  const row = { type: 'truck', status: 'enabled', created: new Date().toISOString(), profile: { cannot: [] } };
  const platform = await standIn(t, {
    'GET /v1/devices': {
      devices: [
        { ...row, name: 'truck-1' },
        { ...row, name: 'truck-2', profile: { cannot: ['hybrid-key-exchange'] } },
        { ...row, name: 'truck-3', status: 'revoked' },
        { ...row, name: 'truck-4', created: '2016-01-01T00:00:00Z' },
        { ...row, name: 'other', type: 'tag' },
      ],
    },
  });
  const words = ['advise', 'encryption', '--template', await fileOf(t), '--type', 'truck'];
  const asDeclared = await platform.run(addAdviseCommand, ...words);
  assert.match(asDeclared.out, /^3 devices; for 2 the answer differs/m);
  assert.match(asDeclared.out, /^ {2}truck-2: key agreement$/m);
  assert.match(asDeclared.out, /^ {2}truck-4: cipher, device key$/m);
  const { out } = await platform.run(addAdviseCommand, ...words, '--power', 'harvested');
  assert.match(out, /^renewal \(changed\) +a new device key every three years +1095 /m);
  assert.match(out, /^ {2}truck-1: handshakes, renewal$/m);
});

test('weir advise encryption refuses words that it does not know', async (t) => {
  const file = await fileOf(t);
  for (const [option, word] of [
    ['--class', 'c9'],
    ['--power', 'coal'],
    ['--link', 'pigeon'],
    ['--data-class', 'odd'],
    ['--lifetime', 'long'],
    ['--cannot', 'fly'],
    ['--type', 'boat'],
  ] as const) {
    await assert.rejects(
      runCommand(addAdviseCommand, 'advise', 'encryption', '--template', file, option, word),
      { code: 'CLI_USAGE' },
      option,
    );
  }
});

test('the commands of docs/tasks/choose-encryption.md are understood', async (t) => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/tasks/choose-encryption.md'), 'utf8');
  const lines = [...page.matchAll(/^npm run -s weir -- (.+)$/gm)].map(([, words]) => words ?? '');
  assert.equal(lines.length, 5);
  const where = ['--template', await fileOf(t), '--data', '/nonexistent'];
  for (const words of lines) {
    assert.ok((await runCommand(addAdviseCommand, ...words.split(' '), ...where)).out.length > 100, words);
  }
});
