import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addSubjectCommand } from './subject.ts';

const REQUEST = {
  id: 'r1',
  kind: 'erase',
  state: 'done',
  person: 'ab12',
  received: '2026-01-01T00:00:00Z',
  due: '2026-02-01T00:00:00Z',
  finished: '2026-01-01T00:02:00Z',
  certificate: 'c1',
  again: 'refuse',
  problem: null,
  erased: { segments: 4, quarantine: 1 },
};
const BACKUP = { target: 't1', location: '/copies', at: '2026-01-01T00:00:00Z', segments: 1, rows: 4, replaced: 0, problem: null }; // prettier-ignore
const FOUND = {
  person: 'ab12',
  found: [{ where: 'segments', relation: 'climate', count: 4 }],
  backups: [BACKUP, { ...BACKUP, target: 't2', replaced: 2 }, { ...BACKUP, target: 't3', at: null, problem: 'STORAGE_UNAVAILABLE' }], // prettier-ignore
  kept_nowhere: ['synthetic sets'],
};

test('weir subject find shows where a person is, and what to do next', async (t) => {
  const platform = await standIn(t, { 'POST /v1/subjects/find': FOUND });
  const { out, err } = await platform.run(addSubjectCommand, 'subject', 'find', "o'neil");
  assert.match(out, /^segments +climate +4/m);
  assert.match(err, /subject erase 'o'\\''neil'/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { subject: "o'neil" });
});

test('weir subject find names what each backup has, and what becomes of it, and what is kept nowhere', async (t) => {
  const platform = await standIn(t, { 'POST /v1/subjects/find': FOUND });
  const { out } = await platform.run(addSubjectCommand, 'subject', 'find', 'ada');
  assert.match(
    out,
    /^backup t1 at \/copies, of 2026-01-01T00:00:00Z, has 1 segment with 4 rows about them; what goes here/m,
  );
  assert.match(out, /^backup t2 .*, and 2 of the same streams that were replaced here since;/m);
  assert.match(out, /^backup t3 at \/copies could not be read \(STORAGE_UNAVAILABLE\)/m);
  assert.match(out, /^synthetic sets: none are kept$/m);
  const alone = await standIn(t, { 'POST /v1/subjects/find': { ...FOUND, found: [], backups: [] } });
  const nothing = await alone.run(addSubjectCommand, 'subject', 'find', 'ada');
  assert.match(nothing.out, /^nothing is kept about them\nno backup is known\nsynthetic sets/);
});

test('weir subject erase shows what would go, and does it once it is confirmed', async (t) => {
  const platform = await standIn(t, { 'POST /v1/subjects/find': FOUND, 'POST /v1/subjects/erase': REQUEST });
  await assert.rejects(platform.run(addSubjectCommand, 'subject', 'erase', 'ada'), { code: 'CLI_UNCONFIRMED' });
  const { out, err } = await platform.run(addSubjectCommand, 'subject', 'erase', 'ada', '--yes', '--allow-again');
  assert.match(out, /no query shows them any more.*r1, due 2026-02-01/);
  assert.match(err, /subject request r1/);
  assert.deepEqual(
    platform.heard.map(({ body }) => JSON.parse(body ?? '') as unknown),
    [{ subject: 'ada' }, { subject: 'ada', again: 'allow' }],
  );
});

test('weir subject requests and request tell how far one has come', async (t) => {
  const platform = await standIn(t, { 'GET /v1/subject-requests': { requests: [REQUEST] }, 'GET /v1/subject-requests/r1': REQUEST }); // prettier-ignore
  assert.match((await platform.run(addSubjectCommand, 'subject', 'requests')).out, /^r1 +erase +done .*c1/m);
  const { out, err } = await platform.run(addSubjectCommand, 'subject', 'request', 'r1');
  assert.match(out, /gone: 4 from segments, 1 from quarantine/);
  assert.match(err, /subject certificate r1/);
});

test('weir subject certificate shows addenda with the certificate, and writes them beside it', async (t) => {
  const envelope = (format: string) =>
    JSON.stringify({ payload: Buffer.from(JSON.stringify({ format })).toString('base64') });
  const [certificate, addendum] = [envelope('weir.erasure'), envelope('weir.erasure-addendum')];
  const addenda = [{ id: 'a1', at: '2026-01-01T00:00:00Z', addendum }];
  const platform = await standIn(t, { 'GET /v1/subject-requests/r1/certificate': { id: 'c1', certificate, addenda } });
  const { out } = await platform.run(addSubjectCommand, 'subject', 'certificate', 'r1');
  assert.deepEqual(JSON.parse(out), { format: 'weir.erasure', addenda: [{ format: 'weir.erasure-addendum' }] });
  const file = join(await temporaryFolder(t), 'certificate.json');
  await platform.run(addSubjectCommand, 'subject', 'certificate', 'r1', '--out', file);
  assert.deepEqual(await Promise.all([file, `${file}.addendum-1`].map((path) => readFile(path, 'utf8'))), [
    certificate,
    addendum,
  ]);
});

test('weir subject certificate shows what went, and writes the envelope as it is', async (t) => {
  const certificate = JSON.stringify({ payload: Buffer.from('{"format":"weir.erasure"}').toString('base64') });
  const platform = await standIn(t, {
    'GET /v1/subject-requests/r1/certificate': { id: 'c1', certificate, addenda: [] },
  });
  assert.match((await platform.run(addSubjectCommand, 'subject', 'certificate', 'r1')).out, /"weir\.erasure"/);
  const file = join(await temporaryFolder(t), 'certificate.json');
  const { err } = await platform.run(addSubjectCommand, 'subject', 'certificate', 'r1', '--out', file);
  assert.match(err, /next: .*retention check-certificate .*certificate\.json/);
  assert.equal(await readFile(file, 'utf8'), certificate);
});

test('weir subject export writes JSON and a table for each stream', async (t) => {
  const columns = [{ name: 'who' }, { name: 'note' }];
  const relations = [
    {
      name: 'climate',
      columns,
      rows: [
        { who: 'ada', note: 'a "b", c' },
        { who: 'ada', note: null },
      ],
    },
  ];
  const platform = await standIn(t, { 'POST /v1/subjects/export': { relations } });
  const out = join(await temporaryFolder(t), 'export');
  const said = await platform.run(addSubjectCommand, 'subject', 'export', 'ada', '--out', out);
  assert.equal(said.out, `2 rows of 1 streams and tables are in ${out}\n`);
  assert.equal(await readFile(join(out, 'climate.csv'), 'utf8'), 'who,note\r\nada,"a ""b"", c"\r\nada,\r\n');
  assert.deepEqual(JSON.parse(await readFile(join(out, 'export.json'), 'utf8')), { relations });
});

test('weir subject rectify takes fields and times, and asks first', async (t) => {
  const corrected = { ...REQUEST, kind: 'rectify', erased: { segments: 3 } };
  const platform = await standIn(t, { 'POST /v1/subjects/find': FOUND, 'POST /v1/subjects/rectify': corrected });
  const words = ['subject', 'rectify', 'ada', '--stream', 'trips', '--set', 'speed=4.5', 'note=a=b'];
  await assert.rejects(platform.run(addSubjectCommand, ...words), { code: 'CLI_UNCONFIRMED' });
  const { out } = await platform.run(addSubjectCommand, ...words, '--from', '2026-01-01T00:00:00Z', '--yes');
  assert.match(out, /3 readings are corrected; the rest goes by request r1/);
  assert.deepEqual(JSON.parse(platform.heard.at(-1)?.body ?? ''), {
    subject: 'ada',
    stream: 'trips',
    set: { speed: '4.5', note: 'a=b' },
    from: '2026-01-01T00:00:00Z',
  });
  await assert.rejects(platform.run(addSubjectCommand, ...words.slice(0, 6), 'speed', '--yes'), { code: 'CLI_USAGE' });
});

test('weir subject restrict and lift', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/subjects/restrict': { ...REQUEST, kind: 'restrict' },
    'POST /v1/subject-requests/r1/lift': REQUEST,
  });
  const restricted = await platform.run(addSubjectCommand, 'subject', 'restrict', 'ada');
  assert.match(restricted.err, /subject lift r1/);
  assert.equal((await platform.run(addSubjectCommand, 'subject', 'lift', 'r1')).out, 'r1 is lifted\n');
});
