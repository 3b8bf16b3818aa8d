import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { ReplayReport } from '#run/cli/replay/tally.ts';
import { layoutOf } from '#run/server/index.ts';
import type { PlatformAddress } from '#run/server/index.ts';
import { eventually } from '../support/eventually.ts';
import { PlatformClient } from '../support/platform-client.ts';
import { Workplace } from './cli-harness.ts';

const TEMPLATE = `template: 1
name: trial
devices: { meter: {}, valve: {} }
streams:
  water:
    from: [meter]
    rate: { sustained: 20/s, burst: 40 }
    fields:
      level: { type: number, range: [0, 10] }
      note: { type: text, nullable: true }
  valve:
    from: [valve]
    fields: { open: { type: boolean } }
people:
  operator: { query: all }
listen: { mqtt: 0, https: 0, api: 0 }
`;

interface Failure {
  readonly error: { readonly code: string; readonly hint?: string };
}

async function start(t: Parameters<typeof Workplace.make>[0]): Promise<Workplace> {
  const place = await Workplace.make(t);
  await writeFile(place.path('weir.yaml'), TEMPLATE);
  return place;
}

test('weir replay', async (t) => {
  const place = await start(t);
  await using platform = await place.up();
  const replay = (...words: readonly string[]): Promise<ReplayReport> => place.json('replay', ...words);
  const failure = async (...words: readonly string[]): Promise<Failure['error'] & { status: number | null }> => {
    const { status, stderr } = await place.weir('replay', ...words, '--json');
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    return { status, ...(JSON.parse(last) as Failure).error };
  };
  const count = async (sql: string): Promise<unknown> =>
    (await place.json<{ rows: { n: unknown }[] }>('query', sql)).rows[0]?.n;
  const address = JSON.parse(await readFile(place.path('weir-data/run/address.json'), 'utf8')) as PlatformAddress;
  const client = new PlatformClient(place.folder, layoutOf(place.path('weir-data')), () => address);
  /** Waits until so many readings of a device are there; without a command, which on a busy machine takes long to start. */
  const thereOf = (device: string, least: number): Promise<readonly object[]> =>
    eventually(
      () =>
        client.query(`select n from (select count(*) as n from water where device = '${device}') where n >= ${least}`),
      (rows) => rows.length > 0,
    );

  await t.test('takes CSV of several devices, names what it leaves out and what is refused', async () => {
    const lines = ['at;meter;Level;note', '2020-01-01 00:00:00;m-1;1,5;x', ';m-1;1;x', '2020-01-01T00:00:01Z;;1;x'];
    lines.push('2020-01-01T00:00:02Z;m-1;1.5;"a ""b"""', '2020-01-01T00:00:03Z;m-2;11;', '2020-01-01T00:00:04Z;m-2;2;');
    await writeFile(place.path('water.csv'), `${lines.join('\r\n')}\r\n`);
    const words = ['water.csv', '--stream', 'water', '--device-column', 'meter', '--time-column', 'at'];
    const report = await replay(...words, '--enrol', 'meter');
    assert.deepEqual(
      { ...report, seconds: 0 },
      {
        read: 6,
        stored: 2,
        skipped: 0,
        refused: { range: 1, 'schema-type': 1 },
        unreadable: { 'no-device': 1, 'no-time': 1 },
        devices: 2,
        seconds: 0,
        interrupted: false,
      },
    );
    assert.equal(await count(`select count(*) as n from water where note = 'a "b"'`), 1);
  });

  await t.test('the same again stores nothing twice', async () => {
    const words = ['water.csv', '--stream', 'water', '--device-column', 'meter', '--time-column', 'at'];
    assert.equal((await replay(...words)).stored, 2);
    assert.equal(await count('select count(*) as n from water'), 2);
  });

  await t.test('routes devices to their streams and enrols each as what its route says', async () => {
    const rows = [
      { who: 'v-9', t: 1_600_000_000, data: { inner: { is_open: 'on' } } },
      { who: 'm-9', t: 1_600_000_000, data: { inner: { LEVEL: 3 } } },
      { who: 'x-9', t: 1_600_000_000, data: { inner: {} } },
      { who: 'm-9', t: 1_600_000_001, data: [] },
    ];
    await writeFile(place.path('mixed.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const report = await replay(
      'mixed.jsonl',
      '--device-column',
      'who',
      '--time-column',
      't',
      '--fields',
      'data.inner',
      '--map',
      'open=is_open',
      '--route',
      'v-9=valve:valve,m-9=water:meter',
    );
    assert.equal(report.stored, 2);
    assert.deepEqual(report.unreadable, { 'no-route': 1, 'no-fields': 1 });
    assert.equal(await count('select count(*) as n from valve where "open"'), 1);
  });

  await t.test('brings more than the rate in, under a grant that is logged', async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => `${1_500_000_000 + i},${i % 10}`);
    await writeFile(place.path('many.csv'), `t,level\n${rows.join('\n')}\n`);
    const report = await replay(
      'many.csv',
      '--stream',
      'water',
      '--device',
      'm-many',
      '--enrol',
      'meter',
      '--time-column',
      't',
      '--seq-from',
      '0',
    );
    assert.deepEqual(report.refused, {});
    assert.equal(report.stored, 2_000);
    const entries = (await place.done('audit', 'tail', '--lines', '200')).split('\n');
    assert.ok(
      entries.some((line) => line.includes('"replay"') && line.includes('stream:water')),
      'the grant is in the log',
    );
    const denied = await failure(
      'many.csv',
      '--stream',
      'water',
      '--device',
      'm-many',
      '--time-column',
      't',
      '--seq-from',
      '0',
      '--shift',
      'now',
    );
    assert.deepEqual([denied.status, denied.code], [1, 'CLI_NOTHING_STORED']);
    assert.match(denied.hint ?? '', /--seq-from/);
  });

  await t.test('plays in real time from now without a grant', async () => {
    await writeFile(place.path('live.csv'), `t,level\n100,1\n100.5,2\n101,3\n`);
    const before = Date.now();
    const report = await replay(
      'live.csv',
      '--stream',
      'water',
      '--device',
      'm-live',
      '--enrol',
      'meter',
      '--time-column',
      't',
      '--shift',
      'now',
      '--speed',
      '1',
    );
    assert.equal(report.stored, 3);
    assert.ok(report.seconds >= 1, String(report.seconds));
    const late = await count(
      `select count(*) as n from water where device = 'm-live' and epoch_ms(time) >= ${before - 1}`,
    );
    assert.equal(late, 3);
    const entries = (await place.done('audit', 'tail', '--lines', '50')).trimEnd().split('\n');
    const since = entries
      .map((line) => JSON.parse(line) as { time: string; action: string })
      .filter(({ time }) => Date.parse(time) >= before);
    assert.ok(
      since.some(({ action }) => action === 'enrol'),
      JSON.stringify(since),
    );
    assert.ok(!since.some(({ action }) => action === 'replay'), 'no grant was asked for');
  });

  await t.test('can be stopped and goes on where it stopped', async () => {
    // At that speed it takes minutes.
    const rows = Array.from({ length: 10_000 }, (_, i) => `${1_400_000_000 + i / 20},${i % 10}`);
    await writeFile(place.path('slow.csv'), `t,level\n${rows.join('\n')}\n`);
    const words = ['slow.csv', '--stream', 'water', '--device', 'm-slow', '--time-column', 't', '--window', '10'];
    const running = place.background('replay', ...words, '--enrol', 'meter', '--speed', '4');
    await thereOf('m-slow', 100);
    assert.equal(await running.stop('SIGINT'), 130);
    assert.match(running.printed(), /--resume/);
    const resumed = await replay(...words, '--resume');
    assert.ok(resumed.skipped >= 80 && resumed.skipped < 10_000, JSON.stringify(resumed));
    assert.equal(await count(`select count(*) as n from water where device = 'm-slow'`), 10_000);
  });

  await t.test('goes through a crash of the gateway without losing or doubling a reading', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${1_300_000_000 + i},${i % 10}`);
    await writeFile(place.path('crash.csv'), `t,level\n${rows.join('\n')}\n`);
    const words = ['crash.csv', '--stream', 'water', '--device', 'm-crash', '--time-column', 't', '--enrol', 'meter'];
    const running = place.background('replay', ...words, '--speed', '2000');
    const { processes } = await place.json<{ processes: { name: string; pid: number }[] }>('status');
    const gateway = processes.find(({ name }) => name.startsWith('gateway'))?.pid ?? 0;
    await thereOf('m-crash', 500);
    process.kill(gateway, 'SIGKILL');
    assert.equal(running.child.exitCode, null, 'it is under way');
    await new Promise((resolve) => running.child.once('exit', resolve));
    assert.equal(running.child.exitCode, 0, running.printed());
    const counted = () => count(`select count(*) as n from water where device = 'm-crash'`);
    assert.equal(await eventually(counted, (n) => Number(n) >= 20_000), 20_000);
    assert.equal(await counted(), 20_000, 'and none twice');
  });

  await t.test('refuses what it cannot mean', async () => {
    await writeFile(place.path('one.csv'), 't,level\n1,1\n');
    for (const words of [
      ['one.csv', '--device', 'm-1'],
      ['one.csv', '--stream', 'water'],
      ['one.csv', '--stream', 'water', '--device', 'm-1', '--speed', '2'],
      ['one.csv', '--stream', 'water', '--device', 'm-1', '--speed', 'fast'],
      ['one.csv', '--stream', 'water', '--device', 'm-1', '--time-column', 't', '--shift', 'later'],
      ['one.csv', '--stream', 'wine', '--device', 'm-1'],
      ['one.csv', '--route', 'm-1', '--device', 'm-1'],
      ['one.csv', '--stream', 'water', '--device', 'm-1', '--map', 'level'],
    ]) {
      const { status, code } = await failure(...words);
      assert.deepEqual([status, code], [2, 'CLI_USAGE'], words.join(' '));
    }
    const unknown = await failure('one.csv', '--stream', 'water', '--device', 'nobody');
    assert.deepEqual([unknown.status, unknown.code], [1, 'IDENTITY_DEVICE_UNKNOWN']);
    assert.match(unknown.hint ?? '', /--enrol/);
    const missing = await failure('none.csv', '--stream', 'water', '--device', 'm-1');
    assert.deepEqual([missing.status, missing.code], [1, 'CLI_FILE_UNREADABLE']);
  });
  assert.equal(platform.child.exitCode, null);
  assert.match(await readFile(place.path('weir-data/operator/audit.keys'), 'utf8'), /^weir\//);
});
