import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileJournalReader, FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { climateBatch } from '../../../../test/support/store-world.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { UnreadJournal } from './unread-journal.ts';

const HOLD: Hold = { id: 'h1', stream: 'climate', from: null, to: null, reason: 'case 12', owner: 'legal', created: 0, released: null }; // prettier-ignore

/** Two files of a worker, of which the store found the first to be damaged. */
async function open(t: Cleanable) {
  const directory = await temporaryFolder(t);
  const clock = frozenClock();
  const { keys, audit } = await openKeys(t, clock);
  const stock = [...(await keys.newFileKeys('weir:gateway', 'journal', 2))];
  const files = stock.map(({ fileId }) => fileId);
  for (const start of ['s1', 's2']) {
    const writer = await FileJournalWriter.open({
      directory: join(directory, 'w0'),
      worker: 0,
      start,
      keys: { next: () => stock.shift() ?? assert.fail('the stock is used up') },
      clock,
      files: nodeFiles,
      maxBytes: 1_000_000,
      maxAgeMs: 86_400_000,
    });
    await writer.append([{ kind: 'batch', batch: climateBatch(0, 4) }]);
    await writer.close();
  }
  const did: string[] = [];
  const state = {
    damages: [{ file: files[0]!, offset: 10, reason: 'JOURNAL_KEY_UNKNOWN' }] as JournalDamage[],
    holds: [] as Hold[],
    fails: false,
  };
  const journal = new UnreadJournal({
    directory,
    store: () => ({
      damages: state.damages,
      flush: async () => (state.fails ? Promise.reject(new Error('the disk is full')) : void did.push('flush')),
      releaseFiles: async () => void did.push('release'),
      forgetDamage: (file) => void (state.damages = state.damages.filter((one) => one.file !== file)),
    }),
    gateway: () => ({ turnFiles: async () => void did.push('turn') }),
    segments: { forgetFiles: async (gone) => void did.push(`forget ${gone.join()}`) },
    holds: () => state.holds,
    audit: { append: (event) => (did.push(`log ${event.action}`), audit.append(event)) },
  });
  const there = async (): Promise<readonly string[]> =>
    (await new FileJournalReader({ directory, keys: { key: () => null } }).files()).map(({ fileId }) => fileId);
  return { directory, clock, audit, files, did, state, journal, there };
}

test('list() names files that cannot be read, with what is left of them and since when', async (t) => {
  const { directory, clock, files, state, journal } = await open(t);
  const [found, ...others] = await journal.list();
  assert.deepEqual([found?.file, found?.offset, found?.begun], [files[0], 10, clock.now()]);
  assert.ok(found!.bytes > 100);
  assert.deepEqual(others, []);
  // One whose header is damaged, and one that is gone by now.
  await writeFile(join(directory, 'w0', 'headless.journal'), new Uint8Array(50));
  state.damages = ['headless', 'gone'].map((file) => ({ file, offset: 0, reason: 'JOURNAL_DAMAGED' }));
  assert.deepEqual(await journal.list(), [
    { file: 'headless', reason: 'JOURNAL_DAMAGED', offset: 0, bytes: 50, begun: null },
  ]);
  state.damages = [];
  assert.deepEqual(await journal.list(), []);
});

test('discard() stores what could be read, logs, and then deletes the file and its key', async (t) => {
  const { files, did, state, journal, there, audit } = await open(t);
  const { file, bytes } = await journal.discard('person:x', files[0]!);
  assert.equal(file, files[0]);
  assert.deepEqual(did, ['turn', 'flush', 'release', 'log discard-journal', `forget ${file}`]);
  assert.deepEqual(await there(), [files[1]]);
  assert.deepEqual([await journal.list(), state.damages], [[], []]);
  const entry = audit.events.at(-1);
  assert.deepEqual(
    [entry?.actor, entry?.resource, entry?.outcome, entry?.reason, entry?.detail?.['bytes']],
    ['person:x', `journal:${file}`, 'done', 'JOURNAL_KEY_UNKNOWN', bytes],
  );
  await assert.rejects(journal.discard('person:x', file), { code: 'SERVER_JOURNAL_UNKNOWN' });
});

test('discard() touches nothing that can be read, is held, or could not be stored', async (t) => {
  const { files, did, state, journal, there } = await open(t);
  for (const file of [files[1]!, '../w0/x', '']) {
    await assert.rejects(journal.discard('person:x', file), { code: 'SERVER_JOURNAL_UNKNOWN' });
  }
  state.holds = [HOLD];
  await assert.rejects(journal.discard('person:x', files[0]!), { code: 'SERVER_JOURNAL_HELD', message: /case 12.*h1/ });
  assert.equal(did.length, 0);
  state.holds = [{ ...HOLD, stream: '_probe' }];
  state.fails = true;
  await assert.rejects(journal.discard('person:x', files[0]!), /the disk is full/);
  assert.deepEqual(await there(), files);
  assert.ok(!did.includes('log discard-journal'));
});
