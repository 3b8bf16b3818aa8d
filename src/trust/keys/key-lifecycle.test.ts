import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import type { AuditSink } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import type { Catalogue, CatalogueTransaction } from '#base/storage/index.ts';
import { openKeys, recordAudit } from '../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import type { Custody } from './custody.ts';
import { createFileCustody, openFileCustody } from './file-custody.ts';
import type { KeyKind } from './key-lifecycle.ts';
import { openKeyRing } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';

const ADA = 'person:ada';
const USE = { actor: ADA, resource: 'view:climate' };
const COLUMNS = ['operational', 'health'].flatMap((domain) =>
  [1, 2].map((at) => ({ column: `${domain}-${at}`, domain })),
);

interface Made {
  readonly data: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
  /** Keys under which tokens are shown, by version. */
  readonly shown?: ReadonlyMap<number, string>;
}

/** Keys of columns and files, with their bytes to compare with. */
async function fill(keys: KeyRing, catalogue: Catalogue): Promise<Made> {
  const data = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  const handles = data.map(({ handle }) => handle);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  keys.forgetDataKeys(handles);
  const files = await keys.newFileKeys('weir:gateway', 'journal', 1);
  await keys.digestKey('statement');
  await keys.digestKey('token:climate');
  if ((await keys.shownKeys()).length === 0) await keys.lifecycle.rotate(ADA, 'token', 'climate');
  return {
    data: new Map(data.map(({ handle, key }) => [handle, key.exportBytes().toHex()])),
    files: new Map(files.map(({ fileId, key }) => [fileId, key.exportBytes().toHex()])),
    shown: await shownOf(keys),
  };
}

async function shownOf(keys: KeyRing): Promise<ReadonlyMap<number, string>> {
  return new Map((await keys.shownKeys()).map(({ version, key }) => [version, Buffer.from(key.exportBytes()).toHex()]));
}

/** Everything that was made opens, to what it was. */
async function assertOpens(keys: KeyRing, { data, files, shown = new Map() }: Made): Promise<void> {
  const opened = await keys.unwrapDataKeys(USE, [...data.keys()]);
  for (const [handle, hex] of data) assert.equal(opened.get(handle)?.exportBytes().toHex(), hex, handle);
  const journals = await keys.openFileKeys(USE, [...files.keys()]);
  for (const [id, hex] of files) assert.equal(journals.get(id)?.exportBytes().toHex(), hex, id);
  const now = await shownOf(keys);
  for (const [version, hex] of shown) assert.equal(now.get(version), hex, `shown ${version}`);
  // Never two ways to show a token, and never none once there was one.
  if (shown.size > 0) assert.equal((await keys.shownKeys()).filter(({ isActive }) => isActive).length, 1);
}

const ROTATABLE: readonly (readonly [KeyKind, string])[] = [
  ['root', ''],
  ['epoch', ''],
  ['rows', 'catalogue'],
  ['domain', 'climate:health'],
  ['domain', ':journal'],
  ['digest', 'statement'],
];

test('rotate() makes the next version of every kind, and what was sealed before opens over a restart', async (t) => {
  const { keys, catalogue, audit, reopen } = await openKeys(t);
  const made = await fill(keys, catalogue);
  for (const [kind, name] of ROTATABLE) {
    const rotation = await keys.lifecycle.rotate(ADA, kind, name);
    assert.deepEqual([rotation.kind, rotation.name, rotation.version], [kind, name, 2]);
    await assertOpens(keys, made);
  }
  const again = await reopen();
  await assertOpens(again, made);
  const versions = await again.lifecycle.list();
  for (const [kind, name] of ROTATABLE) {
    const states = versions.filter((row) => row.kind === kind && row.name === name).map(({ state }) => state);
    assert.deepEqual(states, ['retired', 'active'], `${kind} ${name}`);
    // Retired versions hold nothing any more: what they sealed was sealed again.
    for (const row of versions.filter(({ state }) => state === 'retired')) assert.ok((row.holds ?? 0) === 0, kind);
  }
  const actions = audit.events.filter(({ actor }) => actor === ADA).map(({ action }) => action);
  for (const action of ['create-keys', 'retire-keys', 'rewrap-keys']) assert.ok(actions.includes(action), action);
});

test('rotate() while keys are made and kept leaves each of them readable', async (t) => {
  const { keys, catalogue, reopen } = await openKeys(t);
  const made = [await fill(keys, catalogue)];
  const pending = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  let going = true;
  const flow = (async () => {
    while (going) {
      made.push(await fill(keys, catalogue));
      // All in memory: without this nobody else would have a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let round = 0; round < 2; round += 1) {
    for (const [kind, name] of ROTATABLE) await keys.lifecycle.rotate(ADA, kind, name);
  }
  going = false;
  await flow;
  // Made under versions that are gone since, and kept only now.
  await catalogue.transaction((tx) =>
    keys.keepDataKeys(
      tx,
      pending.map(({ handle }) => handle),
    ),
  );
  for (const kind of ['root', 'epoch'] as const) {
    for (const version of [1, 2]) await keys.lifecycle.destroy(ADA, kind, '', version);
  }
  const again = await reopen();
  for (const each of made) await assertOpens(again, each);
  const kept = new Map(pending.map(({ handle, key }) => [handle, key.exportBytes().toHex()]));
  await assertOpens(again, { data: kept, files: new Map() });
});

test('retire() has a version seal no more; what it sealed opens', async (t) => {
  const { keys, catalogue } = await openKeys(t);
  const made = await fill(keys, catalogue);
  await keys.lifecycle.retire(ADA, 'domain', 'climate:health');
  await assertOpens(keys, made);
  await fill(keys, catalogue);
  const rows = (await keys.lifecycle.list()).filter(({ name }) => name === 'climate:health');
  assert.deepEqual(
    rows.map(({ version, state, holds }) => [version, state, holds]),
    [
      [1, 'retired', 2],
      [2, 'active', 2],
    ],
  );
  assert.equal(await keys.lifecycle.settle(), 2);
  await assertOpens(keys, made);
});

test('destroy() refuses what is needed or seals, and says how much would be lost', async (t) => {
  const { keys, catalogue } = await openKeys(t);
  const made = await fill(keys, catalogue);
  const { lifecycle } = keys;
  for (const [kind, name] of [
    ['root', ''],
    ['epoch', ''],
    ['rows', 'catalogue'],
  ] as const) {
    await assert.rejects(lifecycle.destroy(ADA, kind, name, 1, true), { code: 'KEYS_VERSION_ACTIVE' });
  }
  await assert.rejects(lifecycle.destroy(ADA, 'domain', 'climate:health', 1), {
    code: 'KEYS_VERSION_NEEDED',
    message: /2 keys or secrets need it/,
  });
  await assert.rejects(lifecycle.destroy(ADA, 'domain', 'climate:health', 9), { code: 'KEYS_UNKNOWN' });
  await assert.rejects(lifecycle.rotate(ADA, 'digest', 'nothing'), { code: 'KEYS_UNKNOWN' });
  await keys.digestKey('person-name');
  await assert.rejects(lifecycle.rotate(ADA, 'digest', 'person-name'), { code: 'KEYS_VERSION_NEEDED' });
  await assertOpens(keys, made);
});

test('destroy() by force shreds: neither this catalogue nor an older copy of it opens what is gone', async (t) => {
  const folder = await temporaryFolder(t);
  const custody = await createFileCustody(folder, { demo: true }, { clock, random });
  const audit = recordAudit();
  await using catalogue = await openSqliteCatalogue(':memory:');
  const keys = await openKeyRing({ catalogue, custody, audit, clock, random });
  const made = await fill(keys, catalogue);
  // A copy from before, as in a backup.
  await using copy = await openSqliteCatalogue(':memory:');
  await openKeyRing({ catalogue: copy, custody, audit, clock, random });
  for (const table of ['keys_domain', 'keys_data', 'keys_file', 'keys_purpose']) {
    for (const row of await catalogue.all(`SELECT * FROM ${table}`)) {
      const names = Object.keys(row);
      const sql = `INSERT OR REPLACE INTO ${table} (${names.map((name) => `"${name}"`).join()}) VALUES (${names.map(() => '?').join()})`;
      await copy.run(sql, Object.values(row));
    }
  }
  const older = (): Promise<KeyRing> => openKeyRing({ catalogue: copy, custody, audit, clock, random });
  await assertOpens(await older(), made);

  const destruction = await keys.lifecycle.destroy(ADA, 'domain', 'climate:health', 1, true);
  assert.equal(destruction.lost, 2);
  const handles = [...made.data.keys()];
  for (const ring of [keys, await openKeyRing({ catalogue, custody, audit, clock, random })]) {
    assert.deepEqual([...(await ring.unwrapDataKeys(USE, handles)).keys()].sort(), handles.slice(0, 2).sort());
  }
  assert.equal((await (await older()).unwrapDataKeys(USE, handles)).size, 0);
  const actions = audit.events.filter(({ actor }) => actor === ADA).map(({ action }) => action);
  assert.ok(actions.includes('destroy-keys'));
});

test('tokens are shown under one version at a time; an older one goes once nothing that is kept needs it', async (t) => {
  const { keys, audit, reopen } = await openKeys(t);
  const { lifecycle } = keys;
  await assert.rejects(lifecycle.rotate(ADA, 'token', 'climate'), { code: 'KEYS_UNKNOWN' });
  await keys.digestKey('token:climate');
  assert.deepEqual(await keys.shownKeys(), []);
  let needs = 1;
  let changes = 0;
  lifecycle.holdShown({
    count: async (domain, version) => (domain === 'climate' && version === 2 ? needs : 0),
    changed: async () => void (changes += 1),
  });
  // Version 1 is what is stored.
  assert.equal((await lifecycle.rotate(ADA, 'token', 'climate')).version, 2);
  await lifecycle.retire(ADA, 'token', 'climate');
  const states = async () => (await lifecycle.list()).filter(({ kind }) => kind === 'token').map(({ version, state, holds }) => [version, state, holds]); // prettier-ignore
  assert.deepEqual(await states(), [
    [2, 'retired', 1],
    [3, 'active', 0],
  ]);
  await assert.rejects(lifecycle.destroy(ADA, 'token', 'climate', 3, true), { code: 'KEYS_VERSION_ACTIVE' });
  await assert.rejects(lifecycle.destroy(ADA, 'token', 'climate', 2), { code: 'KEYS_VERSION_NEEDED' });
  needs = 0;
  await lifecycle.destroy(ADA, 'token', 'climate', 2);
  assert.deepEqual((await keys.shownKeys()).map(({ domain, version, isActive }) => [domain, version, isActive]), [['climate', 3, true]]); // prettier-ignore
  assert.equal(changes, 3);
  assert.deepEqual(await shownOf(await reopen()), await shownOf(keys));
  // A number is never given again.
  assert.equal((await lifecycle.rotate(ADA, 'token', 'climate')).version, 4);
  for (const action of ['create-keys', 'retire-keys', 'destroy-keys']) {
    assert.ok(
      audit.events.some((event) => event.action === action && event.resource === 'keys:digest'),
      action,
    );
  }
});

test('rotateDue() rotates what comes near its bound, before it is reached', async (t) => {
  const { keys, catalogue, custody, audit } = await openKeys(t);
  const made = await fill(keys, catalogue);
  const limit = { most: 1_000_000, rotateAt: 100, source: 'a test' };
  const ring = await openKeyRing({ catalogue, custody, audit, clock, random, limit });
  // A block was counted ahead at each start, so that all that seal are over this bound already.
  const rotated = (await ring.lifecycle.rotateDue()).map(({ kind, name }) => `${kind} ${name}`);
  assert.deepEqual(rotated.slice(0, 2), ['epoch ', 'rows catalogue']);
  await assertOpens(ring, made);
});

test('rotate() changes nothing while the log cannot be written', async (t) => {
  const { keys, catalogue, audit, custody } = await openKeys(t);
  const made = await fill(keys, catalogue);
  const before = await keys.lifecycle.list();
  audit.broken = true;
  for (const [kind, name] of ROTATABLE) await assert.rejects(keys.lifecycle.rotate(ADA, kind, name), /log/, kind);
  await assert.rejects(keys.lifecycle.destroy(ADA, 'domain', 'climate:health', 1, true), /log/);
  audit.broken = false;
  assert.deepEqual(
    (await keys.lifecycle.list()).map(({ kind, version, state }) => [kind, version, state]),
    before.map(({ kind, version, state }) => [kind, version, state]),
  );
  assert.deepEqual(custody.generations, [1]);
  await assertOpens(keys, made);
});

/** Stops at the n-th effect on log, catalogue or custody: before it takes place, or right after. */
class Stopper {
  left: number;
  readonly #after: boolean;
  constructor(left: number, after: boolean) {
    this.left = left;
    this.#after = after;
  }
  async step<T>(effect: () => Promise<T>): Promise<T> {
    this.left -= 1;
    if (this.left <= 0 && !this.#after) throw new Error('stopped here');
    const result = await effect();
    if (this.left <= 0) throw new Error('stopped here');
    return result;
  }
}

function stopping(catalogue: Catalogue, custody: Custody, audit: AuditSink, stopper: Stopper) {
  const stopped = <T extends object>(target: T, effects: readonly string[]): T =>
    new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        const bound = (value as (...given: unknown[]) => Promise<unknown>).bind(of);
        if (!effects.includes(String(name))) return bound;
        return (...given: unknown[]) => stopper.step(() => bound(...given));
      },
    });
  const within: Catalogue = new Proxy(catalogue, {
    get: (of, name) => {
      if (name === 'transaction') {
        return <T>(work: (tx: CatalogueTransaction) => Promise<T>) =>
          // Each statement is a step, and so is the commit: what stops within rolls back.
          stopper.step(() => of.transaction((tx) => work(stopped(tx, ['run']))));
      }
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === 'function' ? (value as () => unknown).bind(of) : value;
    },
  });
  return {
    catalogue: within,
    custody: stopped(custody, ['keep', 'destroy', 'rotate', 'destroyGeneration', 'resealKept']),
    audit: stopped(audit, ['append']),
  };
}

/** Stops a change at each of its steps in turn, reopens, and looks at what is left. */
async function stopEverywhere(
  t: TestContext,
  changed: typeof ROTATABLE,
  change: (keys: KeyRing) => Promise<unknown>,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    let ended = 0;
    for (const after of [false, true]) {
      const folder = await temporaryFolder(t);
      const audit = recordAudit();
      await using catalogue = await openSqliteCatalogue(':memory:');
      let made: Made;
      {
        await using custody = await createFileCustody(folder, { demo: true }, { clock, random });
        const keys = await openKeyRing({ catalogue, custody, audit, clock, random });
        made = await fill(keys, catalogue);
        const stopper = new Stopper(Number.POSITIVE_INFINITY, after);
        const ring = await openKeyRing({ ...stopping(catalogue, custody, audit, stopper), clock, random });
        // Known before, as in a platform that has run for a while.
        await assertOpens(ring, made);
        await ring.digestKey('statement');
        stopper.left = at;
        await change(ring).catch((error: Error) => assert.equal(error.message, 'stopped here'));
        if (stopper.left > 0) ended += 1;
      }
      await using custody = await openFileCustody(folder, null, random);
      const keys = await openKeyRing({ catalogue, custody, audit, clock, random });
      await assertOpens(keys, made);
      await keys.lifecycle.settle();
      await assertOpens(keys, made);
      const versions = await keys.lifecycle.list();
      for (const { kind, name, version, state, holds } of versions) {
        if (state === 'retired') assert.ok((holds ?? 0) === 0, `${kind} ${name} ${version} still holds ${holds}`);
      }
      // What is called destroyed is shredded: no older copy of the catalogue opens it.
      if (versions.some(({ state }) => state === 'destroyed')) {
        assert.ok(!versions.some(({ kind, version }) => kind === 'epoch' && version === 1), `after step ${at}`);
      }
      // No key is half made: the next rotation and new keys work.
      for (const [kind, name] of changed) await keys.lifecycle.rotate(ADA, kind, name);
      await assertOpens(keys, made);
      await assertOpens(keys, await fill(keys, catalogue));
    }
    if (ended === 2) return at;
  }
}

for (const [kind, name] of [...ROTATABLE, ['token', 'climate']] as typeof ROTATABLE) {
  test(`a rotation of ${kind} ${name} that stops at any step leaves all readable and no key half made`, async (t) => {
    const steps = await stopEverywhere(t, [[kind, name]], (keys) => keys.lifecycle.rotate(ADA, kind, name));
    assert.ok(steps >= 4, String(steps));
  });
}

for (const [kind, name] of [ROTATABLE[0], ROTATABLE[1], ROTATABLE[3]] as typeof ROTATABLE) {
  test(`destroying a retired version of ${kind} ${name} that stops at any step leaves all readable`, async (t) => {
    await stopEverywhere(t, [[kind, name]], async (keys) => {
      await keys.lifecycle.retire(ADA, kind, name);
      await keys.lifecycle.settle();
      await keys.lifecycle.destroy(ADA, kind, name, 1);
    });
  });
}
