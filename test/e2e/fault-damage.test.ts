import assert from 'node:assert/strict';
import { appendFile, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { BulkPublisher } from '#run/twin/index.ts';
import { ChildPlatform } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import type { TestDevice } from '../support/platform-client.ts';

const TEMPLATE = `
devices: { truck: {} }
streams:
  climate: { from: truck, rate: 10000/s, fields: { n: { type: integer } } }
  doors: { from: truck, rate: 10000/s, fields: { n: { type: integer } } }
people:
  operator: { query: all }
`;

test('a flipped bit in the journal is named, and nothing behind it is returned', async () => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const device = await weir.enrol('truck-1', 'truck');
  const first = await publish(weir, device, 'climate', 1, 200);
  const second = await publish(weir, device, 'climate', 201, 200);
  assert.deepEqual([first, second], [200, 200]);
  // Killed, so that nothing of it is sealed.
  await weir.kill();
  const { path, size } = await largest(join(weir.layout.journal, 'w0'), '.journal');
  await flipBit(path, size - 100);
  await weir.start();
  const rows = await weir.query<{ n: number }>('select n from climate order by n');
  assert.ok(rows.length >= 1 && rows.length < 400, `${rows.length} rows`);
  assert.deepEqual(
    rows.map(({ n }) => n),
    rows.map((_, i) => i + 1),
  );
  const file = path.slice(path.lastIndexOf('/') + 1, -'.journal'.length);
  assert.match((await warningOf(weir, 'select n from climate')) ?? '', new RegExp(`journal file ${file} are missing`));
  assert.equal(await warningOf(weir, 'select device from _devices'), null, 'it lacks nothing');
  const { degraded, processes } = await weir.status();
  assert.ok(
    degraded.some((text) => text.includes(file)),
    degraded.join(),
  );
  assert.deepEqual(new Set(processes.map(({ restarts }) => restarts)), new Set([0]));
  assert.match(weir.log, new RegExp(`"file":"${file}".*damaged`));

  // What comes after goes on as ever, also while the damaged file is there.
  assert.equal(await publish(weir, device, 'doors', 1, 10), 10);
  const doors = await eventually(
    () => weir.query('select n from doors'),
    (found) => found.length === 10,
  );
  assert.equal(doors.length, 10);
  const logged = await eventually(
    async () => JSON.stringify(await weir.ask('GET', '/v1/audit/entries?limit=1000')),
    (entries) => entries.includes(`journal:${file}`) && entries.includes('find-damage'),
  );
  assert.match(logged, /"action":"find-damage"/);
  // Mended, it is read on from where reading stopped in it.
  await weir.stop();
  await flipBit(path, size - 100);
  await weir.start();
  assert.deepEqual(await weir.query('select count(*)::integer as n from climate'), [{ n: 400 }]);
  assert.equal(await warningOf(weir, 'select n from climate'), null);
  assert.deepEqual(
    (await weir.status()).degraded.filter((text) => text.includes('damaged')),
    [],
  );
});

test('a torn tail of the journal is cut and logged', async () => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const device = await weir.enrol('truck-1', 'truck');
  assert.equal(await publish(weir, device, 'climate', 1, 50), 50);
  await weir.kill();
  const { path } = await largest(join(weir.layout.journal, 'w0'), '.journal');
  await appendFile(path, Buffer.alloc(333, 7));
  await weir.start();
  assert.deepEqual(await weir.query('select count(*)::integer as n from climate'), [{ n: 50 }]);
  const log = await eventually(
    () => weir.log,
    (text) => text.includes('cut a torn tail'),
  );
  assert.match(log, /"length":333.*cut a torn tail/);
  assert.equal(await publish(weir, device, 'climate', 51, 50), 50);
});

test('a flipped bit in a segment is named, and other segments answer', async () => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const device = await weir.enrol('truck-1', 'truck');
  assert.equal(await publish(weir, device, 'climate', 1, 500), 500);
  assert.equal(await publish(weir, device, 'doors', 1, 500), 500);
  // A stop seals what waits.
  await weir.stop();
  await weir.start();
  const { columns } = await weir.ask<{ columns: { segment: string; stream: string }[] }>('GET', '/v1/segments/columns');
  const segment = columns.find(({ stream }) => stream === 'climate')?.segment ?? '';
  const objects = await readdir(weir.layout.objects, { recursive: true });
  const object = objects.find((name) => name.includes(segment) && !name.endsWith('/'));
  assert.ok(object !== undefined, `no object of ${segment} among ${objects.join()}`);
  const path = join(weir.layout.objects, object);
  const { size } = await stat(path);
  for (const at of [Math.floor(size / 4), size - 12]) {
    await flipBit(path, at);
    const failure = await weir.query('select * from climate').then(
      () => assert.fail(`byte ${at} of ${size}: was answered`),
      (error: Error & { code: string }) => error,
    );
    assert.match(failure.code, /^(QUERY|STORE)_/, failure.message);
    assert.ok(failure.message.includes(segment), `byte ${at}: ${failure.message}`);
    assert.deepEqual(await weir.query('select sum(n)::integer as s from doors'), [{ s: 125_250 }]);
    await flipBit(path, at);
  }
  assert.deepEqual(await weir.query('select sum(n)::integer as s from climate'), [{ s: 125_250 }]);
});

test('changed rows of the catalogue are found, named and not used', async () => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  const sound = await weir.enrol('truck-1', 'truck');
  const changed = await weir.enrol('truck-2', 'truck');
  assert.equal(await publish(weir, sound, 'climate', 1, 10), 10);
  await weir.stop();
  changeRow(weir.layout.catalogue, 'identity_device', `name = 'truck-2'`);
  await weir.start();
  assert.match(weir.log, /identity_device.*truck-2/);
  assert.equal(await publish(weir, sound, 'doors', 1, 10), 10);
  await assert.rejects(publish(weir, changed, 'doors', 1, 1));

  await weir.stop();
  changeRow(weir.layout.catalogue, 'store_segment', `stream = 'climate'`);
  await weir.start();
  for (const sql of ['select n from climate', 'select n from doors union all select n from climate']) {
    const failure = await weir.query(sql).then(
      () => assert.fail('a changed row was used'),
      (error: Error & { code: string }) => error,
    );
    assert.equal(failure.code, 'STORAGE_ROW_DAMAGED', failure.message);
    assert.match(failure.message, /store_segment/);
  }
  assert.deepEqual(await weir.query('select count(*)::integer as n from doors'), [{ n: 10 }]);
  assert.match((await weir.status()).degraded.join(), /store_segment.* climate/);
  assert.equal(await publish(weir, sound, 'doors', 11, 10), 10);
});

test('a second platform on one directory refuses', async () => {
  await using weir = await ChildPlatform.start(TEMPLATE);
  await assert.rejects(ChildPlatform.start(TEMPLATE, { data: weir.layout.root }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'SERVER_DIRECTORY_IN_USE');
    assert.match(error.message, new RegExp(String(weir.pid)));
    return true;
  });
  assert.equal((await weir.status()).template.name, 'test');
});

/** What the header of an answer says that it lacks. */
async function warningOf(weir: ChildPlatform, sql: string): Promise<string | null> {
  const { status, headers } = await weir.call('POST', '/v1/query', { body: { sql } });
  assert.equal(status, 200);
  return headers['weir-warning']?.toString() ?? null;
}

async function publish(
  weir: ChildPlatform,
  device: TestDevice,
  stream: string,
  from: number,
  count: number,
): Promise<number> {
  let stored = 0;
  await using publisher = await BulkPublisher.connect({
    credential: device,
    host: '127.0.0.1',
    port: weir.address.ports.mqtt,
    window: 50,
    onOutcome: ({ code }) => (stored += code === 0 ? 1 : 0),
  });
  for (let n = from; n < from + count; n++)
    await publisher.publish(`streams/${stream}`, Buffer.from(`{"n": ${n}, "seq": ${n}}`));
  await publisher.flush();
  return stored;
}

async function largest(folder: string, suffix: string): Promise<{ path: string; size: number }> {
  const files = await Promise.all(
    (await readdir(folder))
      .filter((name) => name.endsWith(suffix))
      .map(async (name) => ({ path: join(folder, name), size: (await stat(join(folder, name))).size })),
  );
  return files.reduce((a, b) => (b.size > a.size ? b : a));
}

async function flipBit(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0]! ^= 0x10;
  await file.write(byte, 0, 1, at);
}

/** Changes the last byte of the sealed part of one row. */
function changeRow(path: string, table: string, where: string): void {
  using database = new DatabaseSync(path);
  const row = database.prepare(`select rowid, sealed from ${table} where ${where} limit 1`).get();
  assert.ok(row !== undefined, `${table} has no such row`);
  const sealed = row['sealed'] as Uint8Array;
  sealed[sealed.length - 1]! ^= 1;
  database.prepare(`update ${table} set sealed = ? where rowid = ?`).run(sealed, row['rowid'] as number);
}
