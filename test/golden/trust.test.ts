import assert from 'node:assert/strict';
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { openIdentity } from '#trust/identity/index.ts';
import { openFileCustody, openKeyRing, restoreFileCustody } from '#trust/keys/index.ts';
import type { Custody, KeyRing } from '#trust/keys/index.ts';
import { DECLARED, recordAudit } from '../support/open-trust.ts';
import { temporaryFolder } from '../support/tmp.ts';

interface Expected {
  readonly deployment: string;
  readonly device: string;
  readonly serials: readonly string[];
  readonly token: string;
  readonly data: readonly { readonly handle: string; readonly key: string }[];
  readonly files: readonly { readonly id: string; readonly key: string }[];
  readonly statement: string;
  readonly shares: readonly string[];
}

const USE = { actor: 'weir:test', resource: 'golden' };
const released = (await readdir(import.meta.dirname)).filter((name) => /^trust-\d+$/.test(name));

async function checkKeys(keys: KeyRing, expected: Expected): Promise<void> {
  const data = await keys.unwrapDataKeys(
    USE,
    expected.data.map(({ handle }) => handle),
  );
  for (const { handle, key } of expected.data) assert.equal(data.get(handle)?.exportBytes().toHex(), key);
  for (const { id, key } of expected.files) {
    assert.equal((await keys.openFileKey(USE, id))?.exportBytes().toHex(), key);
  }
}

async function check(folder: string, custody: Custody, expected: Expected): Promise<void> {
  const audit = recordAudit();
  const log = { debug() {}, info() {}, warn() {}, error: (_fields: object, message: string) => assert.fail(message) };
  await using catalogue = await openSqliteCatalogue(join(folder, 'catalogue.db'));
  const keys = await openKeyRing({ catalogue, custody, audit, clock, random });
  await checkKeys(keys, expected);
  // Rows of every version are sealed again like those of this one.
  for (const [kind, name] of [
    ['epoch', ''],
    ['domain', 'climate:operational'],
    ['domain', ':journal'],
  ] as const) {
    assert.ok((await keys.lifecycle.rotate('weir:test', kind, name)).rewrapped > 0);
    await checkKeys(keys, expected);
  }
  assert.equal((await keys.digestKey('statement')).key.macHex('select 1'), expected.statement);
  const identity = await openIdentity({ catalogue, keys, declared: DECLARED, audit, log, clock, random });
  assert.equal(identity.deployment, expected.deployment);
  assert.equal((await identity.inventory.show(expected.device)).owner, 'fleet');
  const signIn = await identity.people.signInWithToken(expected.token);
  assert.ok(signIn.outcome === 'ok');
  assert.equal(signIn.person.name, 'ada');
}

test('there is something to read', () => {
  assert.ok(released.length > 0);
});

for (const version of released) {
  test(`${version}: keys and catalogue of a released format open with the passphrase`, async (t) => {
    const folder = await temporaryFolder(t);
    await cp(join(import.meta.dirname, version), folder, { recursive: true });
    const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected;
    await using custody = await openFileCustody(join(folder, 'keys'), 'lantern orbit quarry', random);
    await check(folder, custody, expected);
  });

  test(`${version}: the recovery kit of a released format gives the root key back`, async (t) => {
    const folder = await temporaryFolder(t);
    await cp(join(import.meta.dirname, version), folder, { recursive: true });
    const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected;
    const sources = { clock, random };
    await using custody = await restoreFileCustody(
      join(folder, 'keys'),
      expected.shares.slice(1),
      'another passphrase',
      sources,
    );
    await check(folder, custody, expected);
  });
}
