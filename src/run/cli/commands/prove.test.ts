import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { signEvidence } from '#assure/controls/index.ts';
import { noteSigner, SigningKey } from '#base/crypto/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { makeProgram } from '../program.ts';
import { HANG_UP, recordTerminal, runCommand, standIn } from '../testing.ts';
import { addProveCommand } from './prove.ts';

const control = (id: string, outcome: string) => ({
  id,
  row: 31,
  covers: 'part',
  statement: `${id} holds`,
  requirements: [],
  outcome,
  evidence: { seen: id },
  at: 'x',
});

test('weir prove shows outcomes, and fails where one failed, with its evidence', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/prove': { controls: [control('a', 'pass'), control('b', 'fail')], bundle: 'SIGNED' },
  });
  const file = join(await temporaryFolder(t), 'evidence');
  const { out, status } = await platform.run(
    addProveCommand,
    'prove',
    '--row',
    '31',
    '--control',
    'a',
    'b',
    '--bundle',
    file,
  );
  assert.equal(status, 1);
  assert.match(out, /^ +31 +a +part +pass +a holds$/m);
  assert.match(out, /^b: \{"seen":"b"\}$/m);
  assert.match(out, /^1 pass, 1 fail, 0 not applicable$/m);
  assert.equal(await readFile(file, 'utf8'), 'SIGNED');
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { rows: [31], ids: ['a', 'b'] });
});

test('weir prove --json gives controls, and passes where all do', async (t) => {
  const platform = await standIn(t, { 'POST /v1/prove': { controls: [control('a', 'pass')], bundle: '' } });
  const { out, err, status } = await platform.run(addProveCommand, 'prove', '--json');
  assert.match(err, /trying every control/);
  assert.deepEqual([status, (JSON.parse(out) as { controls: { id: string }[] }).controls[0]?.id], [0, 'a']);
  await assert.rejects(platform.run(addProveCommand, 'prove', '--row', 'x'), { code: 'CLI_USAGE' });
});

test('weir prove names each control at a terminal as it ends', async (t) => {
  const { promise: seen, resolve } = Promise.withResolvers<void>();
  const answer = { controls: [control('a', 'pass'), control('b', 'pass')], bundle: '' };
  let asked = 0;
  const platform = await standIn(t, {
    'POST /v1/prove': () => seen.then(() => answer),
    'GET /v1/prove': () => {
      asked++;
      if (asked === 4) resolve();
      const ended = ['a', 'b'].slice(0, asked - 1).map((id) => ({ row: 31, id, outcome: 'pass' }));
      // The run before is what is told of until this one has begun.
      const before = { running: false, of: 9, ended: [{ row: 9, id: 'z', outcome: 'fail' }] };
      return asked === 1 ? before : { running: true, of: 2, ended };
    },
  });
  const words = ['prove', '--row', '31', '--data', platform.data];
  const terminal = recordTerminal(true);
  await makeProgram(terminal, [addProveCommand]).parseAsync(words, { from: 'user' });
  assert.match(terminal.printed().err, /^1 of 2: row 31 a pass\n2 of 2: row 31 b pass\n$/m);
  assert.doesNotMatch(terminal.printed().err, /row 9/);
  assert.match(terminal.printed().out, /^2 pass, 0 fail, 0 not applicable$/m);
});

test('weir prove says how to go on for who was cut off', async (t) => {
  const platform = await standIn(t, { 'POST /v1/prove': HANG_UP });
  await assert.rejects(platform.run(addProveCommand, 'prove'), {
    code: 'CLI_UNFINISHED',
    hint: /prove --follow.*prove --last/,
  });
});

test('weir prove --follow tells of the run under way until it ends, and tries nothing', async (t) => {
  let asked = 0;
  const platform = await standIn(t, {
    'GET /v1/prove': () => {
      asked++;
      const ended = ['a', 'b'].slice(0, asked).map((id, at) => ({ row: 31, id, outcome: at === 0 ? 'pass' : 'fail' }));
      return { running: asked < 2, begun: '2026-01-01T00:00:00Z', brokeOff: false, of: 2, ended };
    },
  });
  const { out, err, status } = await platform.run(addProveCommand, 'prove', '--follow');
  assert.match(err, /a run is under way since 2026-01-01T00:00:00Z\n1 of 2: row 31 a pass\n2 of 2: row 31 b fail\n/);
  assert.equal(out, 'the run of 2026-01-01T00:00:00Z is over: 1 pass, 1 fail, 0 not applicable, of 2\n');
  assert.equal(status, 1);
  assert.match(err, / prove --last/);
  assert.ok(platform.heard.every(({ route }) => route === 'GET /v1/prove'));
  const none = { running: false, begun: null, brokeOff: false, of: 0, ended: [] };
  const idle = await standIn(t, { 'GET /v1/prove': none });
  assert.match((await idle.run(addProveCommand, 'prove', '--follow')).err, /no run was begun/);
});

test('weir prove --follow fails where the run broke off, though nothing failed in it', async (t) => {
  const ended = [{ row: 31, id: 'a', outcome: 'pass' }];
  const broken = { running: false, begun: '2026-01-01T00:00:00Z', brokeOff: true, of: 2, ended };
  const platform = await standIn(t, { 'GET /v1/prove': broken });
  const { out, err, status } = await platform.run(addProveCommand, 'prove', '--follow');
  assert.equal(out, 'the run of 2026-01-01T00:00:00Z broke off: 1 pass, 0 fail, 0 not applicable, of 2\n');
  assert.doesNotMatch(err, /--last/);
  assert.equal(status, 1);
});

const NAME = 'weir/0011223344556677/evidence';
const SIGNER = SigningKey.fromSeed('ed25519', new Uint8Array(32).fill(9));
const KEY = noteSigner(NAME, SIGNER).verifierKey;
const EVIDENCE = {
  format: 'weir.evidence',
  version: 1,
  deployment: '0011223344556677',
  begun: '2026-01-01T00:00:00Z',
  ended: '2026-01-01T00:00:10Z',
  by: 'person:p1',
  platform: { version: '0.1.0', demo: true },
  machine: {},
  template: { name: 'demo', digest: 'ab', since: '2026-01-01T00:00:00Z' },
  log: { size: 3, checkpoint: 'note', keys: [] },
  selection: { rows: [], ids: [] },
  controls: [control('a', 'pass'), control('b', 'fail')],
} as unknown as Parameters<typeof signEvidence>[0];

test('weir prove --last shows and writes what the platform kept of a run, if its keys signed it', async (t) => {
  const bundle = await signEvidence(EVIDENCE, NAME, [SIGNER]);
  const platform = await standIn(t, { 'GET /v1/prove/last': { bundle }, 'GET /v1/prove/keys': { keys: [KEY] } });
  const file = join(await temporaryFolder(t), 'evidence.json');
  const { out, err, status } = await platform.run(addProveCommand, 'prove', '--last', '--bundle', file);
  assert.match(out, /^1 pass, 1 fail, 0 not applicable$/m);
  assert.match(err, /for person:p1/);
  assert.equal(status, 1, 'what failed then fails now');
  assert.equal(await readFile(file, 'utf8'), bundle);
  assert.ok(platform.heard.every(({ route }) => route.startsWith('GET ')));
  const other = noteSigner(NAME, SigningKey.fromSeed('ed25519', new Uint8Array(32).fill(8))).verifierKey;
  const forged = join(file, '..', 'forged.json');
  await assert.rejects(platform.run(addProveCommand, 'prove', '--last', '--bundle', forged, '--key', other), {
    code: 'CONTROLS_BUNDLE_UNSIGNED',
  });
  await assert.rejects(readFile(forged), { code: 'ENOENT' });
});

test('weir prove --verify believes a bundle by its keys alone', async (t) => {
  const bundle = await signEvidence(EVIDENCE, NAME, [SIGNER]);
  const file = join(await temporaryFolder(t), 'evidence.json');
  await writeFile(file, bundle);
  const { out, err, status } = await runCommand(addProveCommand, 'prove', '--verify', file, '--key', KEY);
  assert.match(out, /^1 pass, 1 fail, 0 not applicable$/m);
  assert.match(err, /evidence of 0011223344556677/);
  assert.equal(status, 1, 'what failed then fails now');
  const platform = await standIn(t, { 'GET /v1/prove/keys': { keys: [KEY] } });
  assert.equal((await platform.run(addProveCommand, 'prove', '--verify', file)).status, 1);
  const other = noteSigner(NAME, SigningKey.fromSeed('ed25519', new Uint8Array(32).fill(8))).verifierKey;
  await assert.rejects(runCommand(addProveCommand, 'prove', '--verify', file, '--key', other), {
    code: 'CONTROLS_BUNDLE_UNSIGNED',
  });
});
