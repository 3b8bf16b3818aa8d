import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeys } from '../../../test/support/open-trust.ts';
import { keyDigest } from './key-log.ts';

const COLUMNS = [
  { column: 'device', domain: 'operational' },
  { column: 'temperature', domain: 'operational' },
  { column: 'pulse', domain: 'health' },
];
const USE = { actor: 'person:p1', resource: 'view:climate', purpose: 'quality' };
const exported = (key: { exportBytes(): Uint8Array } | undefined): string => key?.exportBytes().toHex() ?? 'absent';

test('keys that were kept come back after a restart', async (t) => {
  const { keys, catalogue, reopen } = await openKeys(t);
  const made = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  assert.deepEqual(
    made.map(({ column }) => column),
    ['device', 'temperature', 'pulse'],
  );
  assert.equal(new Set(made.map(({ key }) => exported(key))).size, 3);
  const handles = made.map(({ handle }) => handle);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  keys.forgetDataKeys(handles);
  const opened = await (await reopen()).unwrapDataKeys(USE, handles);
  for (const { handle, key } of made) assert.equal(exported(opened.get(handle)), exported(key));
});

test('keys are lost unless they are kept, and kept only with their transaction', async (t) => {
  const { keys, catalogue, reopen } = await openKeys(t);
  const [first, second] = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  // One of its two domains.
  const handles = [first?.handle ?? '', second?.handle ?? ''];
  assert.equal((await keys.unwrapDataKeys(USE, handles)).size, 0);
  const rolledBack = catalogue.transaction(async (tx) => {
    await keys.keepDataKeys(tx, handles);
    throw new Error('segment was not published');
  });
  await assert.rejects(rolledBack, /not published/);
  assert.equal((await keys.unwrapDataKeys(USE, handles)).size, 0);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  assert.equal((await keys.unwrapDataKeys(USE, handles)).size, 2);
  const later = await reopen();
  await assert.rejects(
    catalogue.transaction((tx) => later.keepDataKeys(tx, handles)),
    { code: 'KEYS_UNKNOWN' },
  );
});

test('removed keys and keys of a destroyed epoch are absent', async (t) => {
  const { keys, catalogue, custody, reopen } = await openKeys(t);
  const made = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  const handles = made.map(({ handle }) => handle);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  await catalogue.transaction((tx) => keys.removeDataKeys(tx, handles.slice(0, 2)));
  assert.deepEqual([...(await keys.unwrapDataKeys(USE, handles)).keys()], handles.slice(2));
  await custody.keep('epoch-2', new Uint8Array(32).fill(1));
  await custody.destroy('epoch-1');
  assert.equal((await (await reopen()).unwrapDataKeys(USE, handles)).size, 0);
});

test('making and using are logged first, one entry per batch; without a log neither happens', async (t) => {
  const { keys, catalogue, audit } = await openKeys(t);
  const made = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  const handles = made.map(({ handle }) => handle);
  const creation = audit.events.find(({ digest }) => digest === keyDigest(handles));
  assert.deepEqual([creation?.action, creation?.actor, creation?.detail?.['count']], ['create-keys', 'weir:store', 3]);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  await keys.unwrapDataKeys(USE, handles);
  assert.deepEqual(audit.events.at(-1), {
    ...USE,
    action: 'use-keys',
    outcome: 'done',
    digest: keyDigest(handles),
    detail: { count: 3 },
  });
  audit.broken = true;
  await assert.rejects(keys.newDataKeys('weir:store', 'climate', COLUMNS));
  await assert.rejects(keys.unwrapDataKeys(USE, handles));
});

test('keys of one domain are one row; a key that its block has not is absent', async (t) => {
  const { keys, catalogue } = await openKeys(t);
  const handles = (await keys.newDataKeys('weir:store', 'climate', COLUMNS)).map(({ handle }) => handle);
  const [first = '', second = '', third = ''] = handles;
  const blocks = handles.map((handle) => handle.split('.')[0] ?? '');
  assert.deepEqual(handles, [`${blocks[0]}.0`, `${blocks[0]}.1`, `${blocks[2]}.0`]);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  const rows = await catalogue.all('SELECT handle, domain, keys FROM keys_data ORDER BY domain');
  assert.deepEqual(
    rows.map((row) => Object.values(row)),
    [
      [blocks[2], 'health', 1],
      [blocks[0], 'operational', 2],
    ],
  );
  const asked = [second, `${blocks[0]}.2`, blocks[0] ?? '', `${third}.0`, third];
  assert.deepEqual([...(await keys.unwrapDataKeys(USE, asked)).keys()].sort(), [second, third].sort());
  await assert.rejects(
    catalogue.transaction((tx) => keys.removeDataKeys(tx, [first])),
    RangeError,
  );
});

test('a wrap moved to another row is found, as row and as wrap', async (t) => {
  const { keys, catalogue } = await openKeys(t);
  const made = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  const handles = made.map(({ handle }) => handle);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  const [first, , second] = handles.map((handle) => handle.split('.')[0] ?? '') as [string, string, string];
  await catalogue.run('UPDATE keys_data SET wrap = (SELECT wrap FROM keys_data WHERE handle = ?) WHERE handle = ?', [
    first,
    second,
  ]);
  await assert.rejects(keys.unwrapDataKeys(USE, handles), { code: 'STORAGE_ROW_DAMAGED' });
});

test('the raw keys stand nowhere in the catalogue', async (t) => {
  const { keys, catalogue } = await openKeys(t);
  const made = await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  await catalogue.transaction((tx) =>
    keys.keepDataKeys(
      tx,
      made.map(({ handle }) => handle),
    ),
  );
  const rows = await catalogue.all('SELECT * FROM keys_data');
  const content = Buffer.concat(
    rows.flatMap((row) =>
      Object.values(row).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value)),
      ),
    ),
  );
  for (const { key } of made) assert.ok(!content.includes(Buffer.from(key.exportBytes())));
});

test('unwrapDataKeys() opens more handles than one statement takes', async (t) => {
  const { keys, catalogue } = await openKeys(t);
  const columns = Array.from({ length: 450 }, (_, at) => ({ column: `c${at}`, domain: 'operational' }));
  const made = await keys.newDataKeys('weir:store', 'wide', columns);
  const handles = made.map(({ handle }) => handle);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, handles));
  assert.equal((await keys.unwrapDataKeys(USE, [...handles, 'nobody'])).size, 450);
});
