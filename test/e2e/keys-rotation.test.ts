import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { SoftHsm, TOKEN_PIN } from '../support/soft-hsm.ts';
import { requireProgram } from '../support/outside.ts';
import { runProgram } from '../support/run-program.ts';
import { Workplace } from './cli-harness.ts';

interface Key {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly holds: number | null;
}

test('keys live and die while data flows', async (t) => {
  const place = await Workplace.make(t);
  await place.init('factory');
  const curl = requireProgram(t, 'curl');
  const hsm = await SoftHsm.prepare();
  t.after(() => hsm.remove());
  const kitFolder = place.path('kit');
  const list = async (): Promise<readonly Key[]> => (await place.json<{ keys: Key[] }>('keys', 'list')).keys;
  const rows = async (): Promise<number> =>
    (await place.json<{ rows: { n: number }[] }>('query', 'select count(*) as n from pump')).rows[0]?.n ?? 0;
  let hint = '';
  let sent = 0;
  /** Publishes one reading as the device and waits until a question finds it. */
  const publish = async (): Promise<void> => {
    // A start takes other ports than the one before.
    const { https } = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as { https: string };
    const words = hint.replace(/^\S+/, `cd '${place.folder}' && '${curl}'`).replace(/https:\/\/[^/ ']+/, https);
    const { errors } = await runProgram({ command: '/bin/sh', arguments: ['-c', words] }, 60_000);
    sent += 1;
    for (let tries = 0; (await rows()) < sent; tries += 1) {
      assert.ok(tries < 100, errors);
      await sleep(100);
    }
  };

  await t.test('keys are rotated, and an old version destroyed, and nothing is lost', async () => {
    await using platform = await place.up('--recovery-kit', 'first-kit');
    const made = await place.json<{ hints: { curl: string } }>('device', 'enrol', 'pump-1', '--type', 'pump');
    hint = made.hints.curl;
    await publish();
    const text = await place.done('keys', 'list');
    assert.match(text, /^root +1 +active/m);
    const domain = (await list()).find(({ kind, name }) => kind === 'domain' && name === ':journal');
    assert.ok((domain?.holds ?? 0) > 0);
    for (const [kind, name] of [
      ['epoch', ''],
      ['domain', ':journal'],
      ['ticket', ''],
      ['root', ''],
    ] as const) {
      const words = name === '' ? [kind] : [kind, name];
      assert.match(await place.done('keys', 'rotate', ...words), /seals with version 2/, kind);
      if (kind === 'domain' || kind === 'root') await publish();
    }
    const destroyed = await place.done('keys', 'destroy', 'epoch', '--key-version', '1', '--yes');
    assert.match(destroyed, /version 1 is destroyed; 0 keys went with it/);
    const refused = await place.weir('keys', 'destroy', 'root', '--key-version', '2', '--yes');
    assert.match(refused.stderr, /\[KEYS_VERSION_ACTIVE\]/);
    const entries = await place.done('audit', 'tail', '--lines', '400', '--json');
    for (const action of ['create-keys', 'retire-keys', 'rewrap-keys', 'rotate-keys', 'destroy-keys'])
      assert.ok(entries.includes(`"${action}"`), action);
    await place.done('keys', 'kit', '--passphrase-file', 'passphrase', '--recovery-kit', 'kit');
    assert.equal(await platform.stop(), 0);
  });

  await t.test('the kit gives the root key back on a machine that has the files and no passphrase', async () => {
    await writeFile(place.path('chosen'), 'eight white herons stand in the weir');
    const kit = async (folder: string, count: number): Promise<string[]> =>
      (await readdir(folder)).slice(0, count).flatMap((name) => ['--share-file', path.join(folder, name)]);
    const stale = await place.weir(
      'keys',
      'recover',
      ...(await kit(place.path('first-kit'), 3)),
      '--passphrase-file',
      'chosen',
    );
    assert.match(stale.stderr, /\[KEYS_RECOVERY_FAILED\]/, 'the kit of the root key of before');
    const few = await place.weir('keys', 'recover', ...(await kit(kitFolder, 2)), '--passphrase-file', 'chosen');
    assert.match(few.stderr, /\[KEYS_RECOVERY_FAILED\]/);
    // Nothing is left of the old guard.
    await rm(place.path('weir-data/keys/root.json'));
    const done = await place.done('keys', 'recover', ...(await kit(kitFolder, 3)), '--passphrase-file', 'chosen');
    assert.match(done, /generation 2 is back/);
    await writeFile(place.path('passphrase'), 'eight white herons stand in the weir');
    await using platform = await place.until(
      'weir-data/run/address.json',
      place.background('up', '--passphrase-file', 'passphrase'),
    );
    assert.equal(await rows(), sent);
    await publish();
    assert.equal(await platform.stop(), 0);
  });

  await t.test(
    'one command moves the root key into a security module, where the platform opens it by PIN',
    async () => {
      const token = hsm.token(t);
      await writeFile(place.path('hsm.json'), JSON.stringify({ kind: 'pkcs11', module: hsm.module, token }));
      await writeFile(place.path('pin'), `${TOKEN_PIN}\n`);
      const moved = await place.done(
        'keys',
        'move',
        '--to',
        'hsm.json',
        '--passphrase-file',
        'passphrase',
        '--pin-file',
        'pin',
      );
      assert.match(moved, /in custody pkcs11/);
      const root = JSON.parse(await readFile(place.path('weir-data/keys/root.json'), 'utf8')) as { kind: string };
      assert.equal(root.kind, 'pkcs11');
      assert.ok(!existsSync(place.path('weir-data/keys/root.from.json')));
      await writeFile(place.path('wrong'), '0000');
      const wrong = await place.weir('up', '--pin-file', 'wrong');
      assert.match(wrong.stderr, /\[KEYS_PIN_WRONG\]/);
      await using platform = await place.until(
        'weir-data/run/address.json',
        place.background('up', '--pin-file', 'pin'),
      );
      assert.equal(await rows(), sent);
      await publish();
      assert.match(await place.done('keys', 'rotate', 'root'), /seals with version 2/);
      assert.match((await place.weir('keys', 'list')).stderr, /in custody: pkcs11/);
      // Its columns are opened in a query process already: they answer nothing once their key is destroyed.
      assert.equal(await rows(), sent);
      const words = ['domain', 'pump:operational', '--key-version', '1', '--force', '--yes'];
      await place.done('keys', 'destroy', ...words);
      assert.match((await place.weir('query', 'select count(*) from pump')).stderr, /\[SERVER_KEY_GONE\]/);
      assert.equal(await platform.stop(), 0);
    },
  );
});
