import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, open as openFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { bytes, encodeUtf8 } from '#base/core/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { startS3Server } from '../../../../test/support/s3-server.ts';
import { ArchivePlaces, MARKER_KEY } from './archive-places.ts';
import type { ArchivePlacesParts } from './archive-places.ts';

async function world(t: Cleanable) {
  const folder = await temporaryFolder(t);
  const location = join(folder, 'cold');
  await mkdir(location);
  let nowMs = 0;
  const open = (more: Partial<ArchivePlacesParts> = {}) => {
    const given = { deployment: 'd', holder: 'h', readOnly: false, restMs: 1_000, ...more };
    const places = new ArchivePlaces({ folder, nowMs: () => nowMs, ...given });
    places.use([{ name: 'cold', location, region: null }]);
    return places;
  };
  return { folder, location, open, pass: (ms: number) => void (nowMs += ms) };
}

const KEY = 'segments/aa/s-1.parquet';

describe('ArchivePlaces', () => {
  it('makes an empty place ours once, and finds it from then on', async (t) => {
    const { open, location } = await world(t);
    const places = open();
    await assert.rejects(places.find('cold'), { code: 'STORAGE_UNAVAILABLE', message: /is it mounted/ });
    assert.equal(places.isOpen('cold'), false);
    assert.equal(await places.settle('cold', false), false, 'segments lay there before');
    assert.equal(await places.settle('cold', true), true);
    assert.match(await readFile(join(location, MARKER_KEY), 'utf8'), /"deployment":"d","holder":"h"/);
    await (await places.find('cold')).put(KEY, encodeUtf8('x'));
    assert.equal(places.isOpen('cold'), true);
    assert.equal(await (await open({ readOnly: true }).find('cold')).size(KEY), 1);
    await assert.rejects(places.find('other'), { code: 'STORAGE_UNAVAILABLE', message: /names no such place/ });
  });

  it('takes no place of another platform, and none that holds something', async (t) => {
    const { open, location } = await world(t);
    await open({ deployment: 'e' }).settle('cold', true);
    const places = open();
    assert.equal(await places.settle('cold', true), false);
    assert.match(places.problems[0]?.problem ?? '', /another platform/);
    await rm(join(location, MARKER_KEY));
    await writeFile(join(location, 'photo.jpg'), 'x');
    assert.equal(await places.settle('cold', true), false);
    assert.match(places.problems[0]?.problem ?? '', /something else/);
  });

  it('takes a folder on which nothing is mounted for what it is, and leaves it alone for a while', async (t) => {
    const { open, location, pass } = await world(t);
    const places = open();
    await places.settle('cold', true);
    const before = await places.find('cold');
    await before.put(KEY, encodeUtf8('x'));
    await rename(location, `${location}-away`);
    await mkdir(location);
    await assert.rejects(before.size(KEY), { code: 'STORAGE_UNAVAILABLE' });
    await assert.rejects(before.read(KEY), { code: 'STORAGE_UNAVAILABLE' });
    await assert.rejects(before.put('segments/b', encodeUtf8('y')), { code: 'STORAGE_UNAVAILABLE' });
    await rm(location, { recursive: true });
    await rename(`${location}-away`, location);
    await assert.rejects(places.find('cold'), { code: 'STORAGE_UNAVAILABLE' }, 'not tried again at once');
    pass(1_001);
    assert.equal(await (await places.find('cold')).size(KEY), 1);
    await rename(location, `${location}-away`);
    await assert.rejects((await places.find('cold')).size(KEY), { code: 'STORAGE_UNAVAILABLE' });
    await rename(`${location}-away`, location);
    assert.equal(await places.settle('cold', false), true);
    assert.deepEqual(places.problems, []);
  });

  it('waits a little for a place that hangs, for nobody else until it answers, and uses it then', async (t) => {
    const { open, location, pass } = await world(t);
    await open().settle('cold', true);
    const object = join(location, KEY);
    await mkdir(dirname(object), { recursive: true });
    // Who opens a pipe that nobody writes to hangs in the operating system, as with a mount whose server is gone.
    await promisify(execFile)('mkfifo', [object]);
    const places = open({ patience: { ms: 200, rate: bytes(1_073_741_824), atOnce: 2 } });
    const late = { code: 'STORAGE_UNAVAILABLE', message: /did not answer/ };
    const objects = await places.find('cold');
    await assert.rejects(objects.read(KEY), late);
    assert.equal(places.isOpen('cold'), false);
    pass(1_001);
    await assert.rejects(places.find('cold'), late);
    assert.equal(await places.settle('cold', false), false);
    assert.match(places.problems[0]?.problem ?? '', /did not answer/);
    // It answers: what hung comes back.
    await (await openFile(object, 'w')).close();
    await rm(object);
    assert.equal(await eventually(() => places.settle('cold', false), (done) => done), true); // prettier-ignore
    assert.equal(await (await places.find('cold')).size(KEY), null);
    places.close('cold');
    assert.equal(places.isOpen('cold'), false);
  });

  it('only reads what another copy of this platform holds, until somebody says that it is no more', async (t) => {
    const { open, folder } = await world(t);
    const first = open();
    await first.settle('cold', true);
    await (await first.find('cold')).put(KEY, encodeUtf8('x'));
    const copy = open({ holder: 'restored' });
    assert.equal(await copy.settle('cold', false), false, 'nothing is carried there');
    const objects = await copy.find('cold');
    assert.equal(await objects.size(KEY), 1);
    for (const change of [() => objects.put('segments/b', encodeUtf8('y')), () => objects.delete(KEY)])
      await assert.rejects(change, { code: 'STORAGE_UNAVAILABLE', message: /cold\.take-over/ });
    assert.match(copy.problems[0]?.problem ?? '', /another copy/);
    assert.equal(copy.isOpen('cold'), true);
    await writeFile(join(folder, 'cold.take-over'), '');
    assert.equal(await copy.settle('cold', false), true);
    await (await copy.find('cold')).delete(KEY);
    assert.deepEqual(copy.problems, []);
    await assert.rejects((await open().find('cold')).put(KEY, encodeUtf8('x')), { code: 'STORAGE_UNAVAILABLE' });
  });

  it('reaches a bucket with credentials of the data directory, and says what is wrong with them', async (t) => {
    await using server = await startS3Server(t);
    const { folder, open } = await world(t);
    const { endpoint, bucket, credentials } = await server.place('weir-cold', '');
    const places = open();
    const s3 = { endpoint, credentials: 'cold.ini' };
    places.use([{ name: 'cold', location: `s3://${bucket}/site`, region: null, s3 }]);
    assert.equal(await places.settle('cold', true), false);
    assert.match(places.problems[0]?.problem ?? '', /places\/cold\.ini of the data directory is not there/);
    await writeFile(join(folder, 'cold.ini'), 'aws_access_key_id = x');
    assert.equal(await places.settle('cold', true), false);
    assert.match(places.problems[0]?.problem ?? '', /has no aws_access_key_id or/);
    const { accessKeyId, secretAccessKey } = credentials;
    const text = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    await writeFile(join(folder, 'cold.ini'), text);
    assert.equal(await places.settle('cold', true), true, JSON.stringify(places.problems));
    const objects = await places.find('cold');
    await objects.put(KEY, encodeUtf8('x'));
    assert.deepEqual(await Array.fromAsync(objects.list('segments/')), [KEY]);
    await server.keepVersions(bucket);
    assert.equal(await places.settle('cold', false), false);
    assert.match(places.problems[0]?.problem ?? '', /may keep what is replaced/);
  });
});
