import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openTrialWriter, trialBatch, trialKey, trialNumbers } from '../../../test/conformance/journal-trial.ts';
import { testJournal } from '../../../test/conformance/journal.ts';
import type { JournalPlace } from '../../../test/conformance/journal.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { decodeHeader } from './file-header.ts';
import { FileJournalReader } from './file-reader.ts';
import type { JournalDamage } from './file-reader.ts';
import { extentPath, nodeFiles } from './journal-files.ts';
import type { JournalFiles } from './journal-files.ts';

const CHILD = new URL('../../../test/conformance/journal-child.ts', import.meta.url);

async function makePlace(t: TestContext): Promise<JournalPlace> {
  const folder = await temporaryFolder(t);
  let start = 0;
  let full = false;
  const files: JournalFiles = {
    remove: (path) => nodeFiles.remove(path),
    async create(path) {
      const handle = await nodeFiles.create(path);
      return {
        ...handle,
        async write(data, offset) {
          if (full) {
            await handle.write(data.subarray(0, data.length >> 1), offset);
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          }
          await handle.write(data, offset);
        },
      };
    },
  };
  return {
    openWriter: (worker) => openTrialWriter(folder, worker, ++start, { files }),
    openReader: (options) => new FileJournalReader({ directory: folder, keys: { key: trialKey }, ...options }),
    setFull: (now) => {
      full = now;
    },
    async media() {
      const names = (await readdir(`${folder}/w0`)).filter((name) => name.endsWith('.journal')).sort();
      return Promise.all(
        names.map(async (name) => {
          const path = `${folder}/w0/${name}`;
          return {
            name,
            lead: decodeHeader(name, await readFile(path))!.length,
            read: () => readFile(path),
            write: (bytes: Uint8Array) => writeFile(path, bytes),
            forgetAnnounced: () => writeFile(extentPath(path), new Uint8Array(8)),
          };
        }),
      );
    },
    async runAndKill(first, groups) {
      const child = spawn(process.execPath, [CHILD.pathname, folder, String(++start), String(first)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.split('\n').length > groups) child.kill('SIGKILL');
      });
      await ended;
      const lines = output.split('\n').slice(0, -1);
      return lines.length === 0 ? first - 1 : Number(lines.at(-1));
    },
  };
}

testJournal('FileJournal', makePlace);

test('read() raises JOURNAL_KEY_UNKNOWN for a file whose key is not there', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openTrialWriter(folder, 0, 1);
  await writer.append([trialBatch(0, 1)]);
  await writer.close();
  const reader = new FileJournalReader({ directory: folder, keys: { key: () => null } });
  await assert.rejects(Array.fromAsync(reader.read(new Map())), { code: 'JOURNAL_KEY_UNKNOWN' });
});

test('release() forgets the keys of files that are gone', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openTrialWriter(folder, 0, 1);
  await writer.append([trialBatch(0, 1)]);
  await writer.close();
  const asked: string[] = [];
  const keys = { key: (fileId: string) => (asked.push(fileId), trialKey(fileId)) };
  const reader = new FileJournalReader({ directory: folder, keys, writersGone: true });
  const read = async (): Promise<number> => (await Array.fromAsync(reader.read(new Map()))).length;
  assert.deepEqual([await read(), asked.length], [1, 1]);
  await rename(`${folder}/w0`, `${folder}/away`);
  assert.deepEqual(await reader.release([]), []);
  await rename(`${folder}/away`, `${folder}/w0`);
  assert.deepEqual([await read(), asked.length], [1, 2]);
});

test('read() sets a file aside whose key is not there, keeps it, and reads it once the key is back', async (t) => {
  const folder = await temporaryFolder(t);
  for (const [worker, from] of [
    [0, 0],
    [1, 5],
  ] as const) {
    const writer = await openTrialWriter(folder, worker, 1);
    await writer.append([trialBatch(from, 1)]);
    await writer.close();
  }
  const damages: JournalDamage[] = [];
  let hasKey = false;
  const open = () =>
    new FileJournalReader({
      directory: folder,
      keys: { key: (fileId) => (fileId.includes('w0') && !hasKey ? null : trialKey(fileId)) },
      onDamaged: (damage) => damages.push(damage),
    });
  const reader = open();
  assert.equal((await Array.fromAsync(reader.read(new Map()))).length, 1);
  assert.deepEqual(
    damages.map(({ reason }) => reason),
    ['JOURNAL_KEY_UNKNOWN'],
  );
  assert.equal((await reader.release([new Map()])).length, 0);
  hasKey = true;
  assert.equal((await Array.fromAsync(open().read(new Map()))).length, 2);
});

test('read() passes over files made ahead, and over what is no journal file by its name', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(`${folder}/w0`);
  await mkdir(`${folder}/other`);
  await writeFile(`${folder}/w0/s0001-w0-0001.journal`, '');
  await writeFile(`${folder}/w0/s0001-w0-0000.journal`, '');
  await writeFile(`${folder}/w0/notes.txt`, 'x');
  const writer = await openTrialWriter(folder, 0, 1);
  await writer.append([trialBatch(7, 1)]);
  const reader = new FileJournalReader({ directory: folder, keys: { key: trialKey } });
  assert.equal((await Array.fromAsync(reader.read(new Map()))).length, 1);
  assert.deepEqual(await reader.release([new Map()]), []);
  await writer.close();
});

test('read() of a folder that is not there has nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const reader = new FileJournalReader({ directory: `${folder}/none`, keys: { key: trialKey } });
  assert.deepEqual(await Array.fromAsync(reader.read(new Map())), []);
});

test('read() with a signal that is over ends at once', async (t) => {
  const folder = await temporaryFolder(t);
  const reader = new FileJournalReader({ directory: folder, keys: { key: trialKey } });
  const items = Array.fromAsync(reader.read(new Map(), { follow: true, signal: AbortSignal.timeout(20) }));
  assert.deepEqual(await items, []);
});

test('files() tells which files are there and which are finished', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openTrialWriter(folder, 0, 1, { maxBytes: 1 });
  await writer.append([trialBatch(0, 1)]);
  const reader = new FileJournalReader({ directory: folder, keys: { key: trialKey } });
  assert.deepEqual(
    (await reader.files()).map(({ fileId, created, finished }) => [fileId, created, finished]),
    [
      ['s0001-w0-0001', 1_000_000, true],
      ['s0001-w0-0002', 1_000_000, false],
    ],
  );
  await writer.close();
});

test('read() goes on behind a damaged file for whoever hears of it, and keeps that file', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openTrialWriter(folder, 0, 1);
  const first = await writer.append([trialBatch(0, 1)]);
  await writer.append([trialBatch(1, 1)]);
  await writer.close();
  const later = await openTrialWriter(folder, 0, 2);
  await later.append([trialBatch(2, 1)]);
  await later.close();
  const path = `${folder}/w0/s0001-w0-0001.journal`;
  const sound = await readFile(path);
  const broken = Buffer.from(sound);
  broken[first.offset + 20]! ^= 1;
  await writeFile(path, broken);

  const damages: JournalDamage[] = [];
  const open = () =>
    new FileJournalReader({
      directory: folder,
      keys: { key: trialKey },
      writersGone: true,
      onDamaged: (damage) => damages.push(damage),
    });
  const reader = open();
  const items = await Array.fromAsync(reader.read(new Map()));
  assert.deepEqual(trialNumbers(items), [0, 2]);
  assert.deepEqual(damages, [{ file: 's0001-w0-0001', offset: first.offset, reason: 'JOURNAL_DAMAGED' }]);
  const cursor = new Map(items.map(({ position }) => [position.file, position.offset]));
  assert.deepEqual(await reader.release([cursor]), [`${folder}/w0/s0002-w0-0001.journal`]);

  await writeFile(path, sound);
  assert.deepEqual(trialNumbers(await Array.fromAsync(open().read(cursor))), [1]);
  assert.equal(damages.length, 1);
});

test('room made ahead in a file whose writer went without a word is no torn tail', async (t) => {
  for (const torn of [0, 7]) {
    const folder = await temporaryFolder(t);
    const writer = await openTrialWriter(folder, 0, 1, { files: nodeFiles });
    const { offset } = await writer.append([trialBatch(1, 1)]);
    const [name = ''] = (await readdir(`${folder}/w0`)).filter((file) => file.endsWith('.journal'));
    const path = `${folder}/w0/${name}`;
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(torn, 7), Buffer.alloc(100_000)]));
    const tails: unknown[] = [];
    const reader = new FileJournalReader({
      directory: folder,
      keys: { key: trialKey },
      writersGone: true,
      onTorn: (tail) => tails.push(tail),
    });
    assert.deepEqual(trialNumbers(await Array.fromAsync(reader.read(new Map()))), [1]);
    assert.deepEqual(tails, torn === 0 ? [] : [{ file: name.replace('.journal', ''), offset, length: 100_007 }]);
    await writer.close();
  }
});
