import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openTrialWriter, trialBatch } from '../../../test/conformance/journal-trial.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { FileSurvey } from './file-survey.ts';
import { extentPath } from './journal-files.ts';

async function states(folder: string, gone = false): Promise<string[]> {
  const workers = await new FileSurvey(folder, { writersGone: gone }).look();
  return workers.flat().map(({ file, kind }) => `${file.fileId} ${kind}`);
}

test('look() tells live, closed and dead files apart', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await openTrialWriter(folder, 0, 1, { maxBytes: 1 });
  const other = await openTrialWriter(folder, 1, 1);
  await first.append([trialBatch(0, 1)]);
  assert.deepEqual(await states(folder), ['s0001-w0-0001 closed', 's0001-w0-0002 live', 's0001-w1-0001 live']);
  assert.deepEqual(await states(folder, true), ['s0001-w0-0001 closed', 's0001-w0-0002 dead', 's0001-w1-0001 dead']);
  // A later start makes every file of earlier ones dead, also of workers that are no more.
  const later = await openTrialWriter(folder, 0, 2);
  assert.deepEqual(await states(folder), [
    's0001-w0-0001 closed',
    's0001-w0-0002 dead',
    's0002-w0-0001 live',
    's0001-w1-0001 dead',
  ]);
  // But only once its first file is durable.
  await writeFile(extentPath(`${folder}/w0/s0002-w0-0001.journal`), new Uint8Array(8));
  assert.equal((await states(folder))[1], 's0001-w0-0002 live');
  for (const writer of [first, other, later]) await writer.close();
});

test('look() refuses a file that lost its header', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openTrialWriter(folder, 0, 1);
  await writer.append([trialBatch(0, 1)]);
  await writer.close();
  await writeFile(`${folder}/w0/s0001-w0-0001.journal`, 'WEIRJRN1');
  await assert.rejects(states(folder), { code: 'JOURNAL_FILE_INVALID' });
  const headless: string[] = [];
  const survey = new FileSurvey(folder, { writersGone: true, onHeadless: (file) => headless.push(file) });
  assert.equal((await survey.look()).flat()[0]?.file.header, null);
  assert.deepEqual(headless, ['s0001-w0-0001']);
});

test('look() names a file whose header was changed, wherever that is, and sees the others', async (t) => {
  const folder = await temporaryFolder(t);
  for (const worker of [0, 1]) {
    const writer = await openTrialWriter(folder, worker, 1);
    await writer.append([trialBatch(worker, 1)]);
    await writer.close();
  }
  const path = `${folder}/w0/s0001-w0-0001.journal`;
  const whole = await readFile(path);
  for (const at of [0, 7, 8, 10, 15]) {
    const changed = Uint8Array.from(whole);
    changed[at]! ^= 0x40;
    await writeFile(path, changed);
    await assert.rejects(states(folder), { code: 'JOURNAL_FILE_INVALID' });
    const headless: string[] = [];
    const survey = new FileSurvey(folder, { writersGone: true, onHeadless: (file) => headless.push(file) });
    const found = (await survey.look()).flat().map(({ file }) => [file.fileId, file.header !== null]);
    assert.deepEqual(found, [['s0001-w0-0001', false], ['s0001-w1-0001', true]], `byte ${at}`); // prettier-ignore
    assert.ok(headless.includes('s0001-w0-0001'), `byte ${at}`);
  }
});

test('look() takes a file that is begun while it looks', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openTrialWriter(folder, 0, 1, { maxBytes: 1 });
  const looking = new FileSurvey(folder, { writersGone: false });
  // Each group begins a file, so that a look meets files at every stage of their making.
  let writing = true;
  const written = (async () => {
    for (let i = 0; i < 150; i++) await writer.append([trialBatch(i, 1)]);
    writing = false;
  })();
  while (writing) await looking.look();
  await written;
  assert.equal((await looking.look()).flat().length, 151);
  await writer.close();
});

test('look() takes a file for left only once the next one is durable', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openTrialWriter(folder, 0, 1, { maxBytes: 1 });
  await writer.append([trialBatch(0, 1)]);
  await writeFile(extentPath(`${folder}/w0/s0001-w0-0002.journal`), new Uint8Array(8));
  assert.deepEqual(await states(folder), ['s0001-w0-0001 live', 's0001-w0-0002 live']);
  assert.deepEqual(await states(folder, true), ['s0001-w0-0001 closed', 's0001-w0-0002 dead']);
  await writer.close();
});
