import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { BulkPublisher } from '#run/twin/index.ts';
import { eventually } from '../support/eventually.ts';
import { requirePython } from '../support/outside.ts';
import type { SkippableTest } from '../support/outside.ts';
import { startTestPlatform } from '../support/running-platform.ts';
import type { TestPlatform } from '../support/running-platform.ts';
import { copyCatalogue } from './copy-catalogue.ts';
import { postReadings } from './post-readings.ts';

const TEMPLATE = `template: 1
name: test
devices: { truck: {} }
streams:
  climate:
    from: truck
    purposes: [quality]
    rate: { sustained: 1000/s, burst: 1000 }
    subject: driver
    fields:
      driver: { type: text, class: identifier, tokenise: people, nullable: true }
      level: { type: number, range: [0, 1] }
  trips:
    from: truck
    purposes: [quality]
    rate: { sustained: 1000/s, burst: 1000 }
    subject: rider
    fields:
      rider: { type: text, class: personal }
      who: { type: text, class: identifier, tokenise: people, nullable: true }
  pulse:
    from: truck
    purposes: [quality]
    rate: { sustained: 1000/s, burst: 5000 }
    subject: wearer
    fields:
      wearer: { type: text, class: identifier, tokenise: people }
      rate: { type: number, range: [0, 300] }
detect: { pulse: {} }
tables:
  staff: { purposes: [quality], fields: { name: { type: text, tokenise: people }, team: { type: text } } }
people:
  operator: { query: all, purposes: [quality], sees: [operational, personal, identifier], may: [administer, quarantine, table, erase, prove, audit, enrol] }
`;

interface Found {
  readonly found: readonly { readonly where: string; readonly relation: string | null; readonly count: number }[];
}
interface Request {
  readonly id: string;
  readonly state: string;
  readonly certificate: string | null;
  readonly problem: string | null;
}

const count = async (weir: TestPlatform, relation: string): Promise<number> =>
  (await weir.query<{ n: number }>(`select count(*) as n from ${relation}`))[0]?.n ?? -1;

const find = async (weir: TestPlatform, subject: string): Promise<readonly string[]> =>
  (await weir.ask<Found>('POST', '/v1/subjects/find', { body: { subject } })).found.map(
    ({ where, relation, count: n }) => `${n} in ${relation ?? where}`,
  );

test('a person is found in every corner, is out of every answer at once, off the disk soon, and stays so', async (t) => {
  await using weir = await startTestPlatform(TEMPLATE, {}, { erasureGrace: millis(100) });
  const truck = await weir.enrol('truck-1', 'truck');
  const send = async (stream: string, ...readings: object[]): Promise<string> =>
    (await postReadings(weir, truck, stream, readings)).outcomes;
  await send('climate', { driver: 'ada', level: 0.1 }, { driver: 'bob', level: 0.2 }, { driver: 'ada', level: 0.3 });
  await send('trips', { rider: 'ada' }, { rider: 'eve', who: 'ada' }, { rider: 'eve', who: 'bob' });
  // What waits is sealed as the platform ends.
  await weir.restart();
  await send('climate', { driver: 'ada', level: 0.4 }, { level: 0.5 });
  // Out of range: evidence in quarantine.
  await send('climate', { driver: 'ada', level: 7 }, { driver: 'bob', level: 8 });
  await weir.ask('POST', '/v1/tables/staff', { body: 'name,team\nada,red\nbob,blue\n', headers: { 'content-type': 'text/csv' } }); // prettier-ignore
  await weir.query("select * from trips where rider = 'ada'");
  await eventually(() => count(weir, 'climate'), (n) => n === 5); // prettier-ignore
  await eventually(() => find(weir, 'ada'), (found) => found.some((one) => one.includes('quarantine'))); // prettier-ignore
  // Noticed, and frozen.
  await plantAlert(weir);
  await eventually(() => count(weir, 'pulse'), (n) => n === PULSES); // prettier-ignore
  const [named] = await weir.query<{ wearer: string }>('select distinct wearer from pulse');
  const frozen = await weir.call('POST', '/v1/datasets', {
    body: { name: 'pulses', from: 'pulse', purpose: 'quality' },
  });
  assert.equal(frozen.status, 201, frozen.body.toString());
  const watched = await find(weir, 'ada');
  assert.ok(watched.includes('1 in baselines') && watched.includes(`${PULSES} in datasets`), watched.join());
  assert.ok(
    watched.some((one) => /^[1-9]\d* in alerts$/.test(one)),
    watched.join(),
  );
  const elsewhere = watched.filter((one) => !/alerts|baselines|datasets|pulse/.test(one));
  assert.deepEqual([...elsewhere].sort(), ['1 in climate', '1 in quarantine', '1 in sealed statements', '1 in tables of reference', '2 in climate', '2 in trips']); // prettier-ignore
  assert.deepEqual(await find(weir, 'nobody'), []);

  // Given out, hidden, and shown again.
  const body = { subject: 'ada' };
  const { relations } = await weir.ask<{ relations: { name: string; rows: Record<string, unknown>[] }[] }>('POST', '/v1/subjects/export', { body }); // prettier-ignore
  assert.deepEqual(
    relations.map(({ name, rows }) => [name, rows.length]),
    [
      ['climate', 3],
      ['trips', 2],
      ['pulse', PULSES],
      ['staff', 1],
    ],
  );
  assert.equal(relations[0]?.rows[0]?.['driver'], 'ada');
  const restricted = await weir.ask<Request>('POST', '/v1/subjects/restrict', { body });
  assert.deepEqual([await count(weir, 'climate'), await count(weir, 'trips'), await count(weir, 'staff')], [2, 1, 1]);
  await weir.ask('POST', `/v1/subject-requests/${restricted.id}/lift`, { body: {} });
  assert.equal(await count(weir, 'climate'), 5);

  // Corrected, in the next answer and off the disk.
  const change = { subject: 'bob', stream: 'climate', set: { level: 0.25 } };
  const corrected = await weir.ask<Request>('POST', '/v1/subjects/rectify', { body: change });
  const levels = await weir.query<{ level: number }>('select level from climate order by level');
  assert.deepEqual(levels.map(({ level }) => level), [0.1, 0.25, 0.3, 0.4, 0.5]); // prettier-ignore
  const rectified = await eventually(() => weir.ask<Request>('GET', `/v1/subject-requests/${corrected.id}`), ({ state }) => state === 'done', 60_000); // prettier-ignore
  const proof = await weir.ask<{ certificate: string }>('GET', `/v1/erasures/${rectified.certificate}`);
  const said = JSON.parse(Buffer.from((JSON.parse(proof.certificate) as { payload: string }).payload, 'base64').toString()) as Record<string, unknown>; // prettier-ignore
  assert.deepEqual(said['corrected'], { stream: 'climate', fields: ['level'], from: null, to: null });

  const request = await weir.ask<Request>('POST', '/v1/subjects/erase', { body: { subject: 'ada' } });
  assert.equal(request.state, 'open');
  assert.deepEqual([await count(weir, 'climate'), await count(weir, 'trips')], [2, 1]);
  assert.match(await send('climate', { driver: 'ada', level: 0.6 }, { driver: 'bob', level: 0.6 }), /erased/);
  assert.match(await send('trips', { rider: 'ada' }), /erased/);
  const ask = (id: string) => weir.ask<Request>('GET', `/v1/subject-requests/${id}`);
  const done = await eventually(() => ask(request.id), ({ state }) => state === 'done', 60_000); // prettier-ignore
  assert.deepEqual(await find(weir, 'ada'), []);
  const { certificate } = await weir.ask<{ certificate: string }>('GET', `/v1/erasures/${done.certificate}`);
  const { payload } = JSON.parse(certificate) as { payload: string };
  const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as Record<string, unknown>;
  const { alerts, ...erased } = statement['erased'] as Record<string, number>;
  assert.ok((alerts ?? 0) > 0);
  assert.deepEqual(erased, {
    segments: 5 + PULSES,
    quarantine: 1,
    'tables of reference': 1,
    'sealed statements': 1,
    datasets: PULSES,
    baselines: 1,
  });
  const shown = await weir.ask<{ alerts: { evidence: unknown[] }[] }>('GET', '/v1/alerts');
  assert.ok(shown.alerts.every(({ evidence }) => evidence.length === 0));
  await scanOutside(t, weir, named!.wearer);
  assert.ok((statement['looked'] as { found: number }[]).every(({ found }) => found === 0));
  assert.deepEqual([await count(weir, 'climate'), await count(weir, 'trips'), await count(weir, 'staff')], [3, 1, 1]);

  await weir.restart();
  assert.match(await send('climate', { driver: 'ada', level: 0.6 }), /erased/);
  assert.equal((await ask(request.id)).state, 'done');
  assert.deepEqual(await find(weir, 'bob').then((found) => [...found].sort()), ['1 in tables of reference', '1 in trips', '2 in climate']); // prettier-ignore
});

test('what the platform writes of a device that is a person’s is found, given out and erased with them', async () => {
  await using weir = await startTestPlatform(TEMPLATE, {}, { erasureGrace: millis(100) });
  const [own, other] = [await weir.enrol('watch-1', 'truck'), await weir.enrol('truck-1', 'truck')];
  await weir.ask('POST', '/v1/devices/watch-1/description', { body: { owner: 'ada' } });
  const use = async (): Promise<void> => {
    for (const device of [own, other]) await postReadings(weir, device, 'trips', [{ rider: 'eve' }]);
    // The gateway says what it saw of a device as it ends.
    await weir.restart();
  };
  const seen = (): Promise<readonly { device: string }[]> =>
    weir.query("select distinct device from _connections where not starts_with(device, '_') order by device");
  await use();
  assert.deepEqual(await seen(), [{ device: 'truck-1' }, { device: 'watch-1' }]);
  const found = await find(weir, 'ada');
  assert.ok(found.includes('1 in inventory'), found.join());
  assert.ok(found.some((one) => /^[1-9]\d* in _connections$/.test(one)), found.join()); // prettier-ignore
  const body = { subject: 'ada' };
  const { relations } = await weir.ask<{ relations: { name: string; rows: { device: string }[] }[] }>('POST', '/v1/subjects/export', { body }); // prettier-ignore
  assert.ok(relations.find(({ name }) => name === '_connections')?.rows.every(({ device }) => device === 'watch-1'));
  const request = await weir.ask<Request>('POST', '/v1/subjects/erase', { body });
  assert.deepEqual(await seen(), [{ device: 'truck-1' }], 'out of every answer at once');
  await eventually(() => weir.ask<Request>('GET', `/v1/subject-requests/${request.id}`), ({ state }) => state === 'done', 180_000); // prettier-ignore
  const { owner } = await weir.ask<{ owner: string | null }>('GET', '/v1/devices/watch-1');
  assert.equal(owner, null);
  await use();
  assert.deepEqual(await seen(), [{ device: 'truck-1' }], 'nothing more of it is written');
});

test('nobody who was erased comes again by a stream of another domain declared later, nor over an older catalogue', async () => {
  // So long that nothing is certified at first: an older catalogue opens only until then.
  await using weir = await startTestPlatform(TEMPLATE, {}, { erasureGrace: millis(3_600_000) });
  const truck = await weir.enrol('truck-1', 'truck');
  const send = async (stream: string, ...readings: object[]): Promise<string> =>
    (await postReadings(weir, truck, stream, readings)).outcomes;
  assert.match(await send('climate', { driver: '4711', level: 0.1 }, { driver: '4712', level: 0.2 }), /"admitted".*"admitted"/); // prettier-ignore
  await weir.platform[Symbol.asyncDispose]();
  const older = join(weir.folder, 'older');
  await copyCatalogue(weir.layout.root, older);
  await weir.restart({ erasureGrace: millis(3_600_000) });
  const { id } = await weir.ask<Request>('POST', '/v1/subjects/erase', { body: { subject: '4711' } });
  const later = { path: 'template.yaml', text: LATER, files: {} };
  const judged = async (): Promise<void> => {
    for (const [stream, field, person, other] of [
      ['rides', 'passenger', '4711', '4712'],
      ['badges', 'rider', 4711, 4712],
      ['parcels', 'to', '4711', '4712'],
    ] as const)
      assert.match(await send(stream, { [field]: person }, { [field]: other }), /"erased".*"admitted"/, stream);
  };
  await weir.ask('POST', '/v1/template/apply', { body: later });
  await judged();
  await weir.platform[Symbol.asyncDispose]();
  await copyCatalogue(older, weir.layout.root);
  // The newer one alone has its keys.
  await rm(weir.layout.journal, { recursive: true });
  await weir.restart({ source: later, erasureGrace: millis(100) });
  await judged();
  const done = await eventually(() => weir.ask<Request>('GET', `/v1/subject-requests/${id}`), ({ state }) => state === 'done', 120_000); // prettier-ignore
  assert.equal(done.state, 'done', JSON.stringify(done));
  await weir.restart({ source: later });
  await judged();
  assert.deepEqual(await find(weir, '4711'), []);
});

/** What is declared once somebody was erased: other domains of tokens, another type, and no tokens at all. */
const LATER = TEMPLATE.replace(
  '\ndetect:',
  `
  rides:
    from: truck
    purposes: [quality]
    subject: passenger
    fields: { passenger: { type: text, class: identifier, tokenise: passengers } }
  badges:
    from: truck
    purposes: [quality]
    fields: { rider: { type: integer, class: personal } }
  parcels:
    from: truck
    purposes: [quality]
    subject: to
    fields: { to: { type: text, class: personal } }
detect:`,
);

const PULSES = 420;

/** Readings of one person over some minutes, one of them unlike all others: an alert comes of it. */
async function plantAlert(weir: TestPlatform): Promise<void> {
  const band = await weir.enrol('truck-2', 'truck');
  const random = seedRandom(7);
  const begin = Math.floor(Date.now() / 1_000) - 3_600;
  await using publisher = await BulkPublisher.connect({
    credential: band,
    host: 'localhost',
    port: weir.platform.address.ports.mqtt,
    window: 100,
    onOutcome: ({ code }) => assert.ok(code < 128),
  });
  for (let i = 0; i < PULSES; i += 1) {
    const rate = i === 410 ? 250 : 70 + nextNormal(random);
    await publisher.publish('streams/pulse', Buffer.from(JSON.stringify({ wearer: 'ada', time: begin + i, rate })));
  }
  await publisher.flush();
  await eventually(
    () => weir.ask<{ alerts: { evidence: unknown[] }[] }>('GET', '/v1/alerts'),
    ({ alerts }) => alerts.length > 0,
  );
}

/** Looks for the person with programs of others: in every file of the platform, and in all that it gives out as Parquet. */
async function scanOutside(t: SkippableTest, weir: TestPlatform, token: string): Promise<void> {
  const python = requirePython(t, 'pyarrow');
  const out = join(weir.folder, 'given-out');
  await mkdir(out, { recursive: true });
  for (const relation of ['climate', 'trips', 'pulse', 'staff']) {
    const answer = await weir.call('POST', '/v1/query', {
      body: { sql: `select * from ${relation}` },
      headers: { accept: 'application/vnd.apache.parquet' },
    });
    assert.equal(answer.status, 200, answer.body.toString());
    await writeFile(join(out, `${relation}.parquet`), answer.body);
  }
  const { stdout } = await promisify(execFile)(python, ['-c', SCAN, weir.layout.root, out, token, 'ada']);
  assert.deepEqual(JSON.parse(stdout), { files: [], rows: [], read: 4 });
}

const SCAN = `
import json, os, re, sys
import pyarrow.parquet
root, out, token, name = sys.argv[1:]
wide = [text.encode('utf-16-le') for text in (token, name + '"', '"' + name)]
# One digest of two thousand begins or ends with the name, for it is of hexadecimal digits.
own = re.compile(b'(?<![0-9a-f])' + name.encode() + b'"|"' + name.encode() + b'(?![0-9a-f])|' + re.escape(token.encode()))
files = []
for folder, _, names in os.walk(root):
    for each in names:
        try:
            with open(os.path.join(folder, each), 'rb') as file:
                content = file.read()
        except OSError:
            continue
        found = own.search(content)
        if found or any(form in content for form in wide):
            around = content[max(0, found.start() - 40):found.end() + 40] if found else b''
            files.append(os.path.join(folder, each) + ' ' + repr(around))
rows, read = [], 0
for each in sorted(os.listdir(out)):
    table = pyarrow.parquet.read_table(os.path.join(out, each))
    read += 1
    for column in table.column_names:
        rows += [each + ' ' + column for value in table[column].to_pylist() if value in (token, name)]
print(json.dumps({'files': files, 'rows': rows, 'read': read}))
`;
