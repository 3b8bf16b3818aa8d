import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { days } from '#base/core/index.ts';
import { FileJournalReader, FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import { expiredQuarantine, readQuarantine, REASON } from '#flow/ingest/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { countQuarantined, eraseQuarantined } from './quarantine-subjects.ts';

const SUBJECT = [{ stream: 's', column: 'who', values: ['t1-abc', 'ada', 7] }];

test('evidence about a person goes, file by file; the rest is read as before and goes no later', async (t) => {
  const clock = frozenClock();
  const { keys } = await openKeys(t, clock);
  const directory = await temporaryFolder(t);
  const parts = { directory, keys };
  const write = async (start: string, ...payloads: string[]) => {
    const stock = [...(await keys.newFileKeys('weir:gateway', 'quarantine', 4))];
    const writer = await FileJournalWriter.open({
      directory: join(directory, 'w3'),
      kind: 'quarantine',
      worker: 3,
      start,
      keys: { next: () => stock.shift() ?? assert.fail('the stock is used up') },
      clock,
      files: nodeFiles,
      maxBytes: 1_000_000,
      maxAgeMs: 86_400_000,
    });
    const readings = payloads.map((payload) => ({
      device: 'd',
      stream: payload.includes('other') ? 'other' : 's',
      via: null,
      reason: REASON.range.number,
      received: clock.now(),
      place: 'n',
      length: 9,
      payload: Buffer.from(payload),
    }));
    await writer.append([{ kind: 'quarantined', readings }]);
    return writer;
  };
  await (await write('s1', '{"who":"t1-abc","n":1}', '{"who":"t1-abd"}', '{"who":"7"}', '')).close();
  await (await write('s2', '{"n":1}', '{"who":"ada","other":1}')).close();
  const live = await write('s3', '{"who":"ada"}');
  const created = (await files())[0]!.created;
  clock.advance(days(1));
  assert.equal(await countQuarantined(SUBJECT, parts), 3);
  await assert.rejects(eraseQuarantined(SUBJECT, parts), { code: 'SERVER_ERASURE_INCOMPLETE' });
  await live.turn();
  assert.equal(await eraseQuarantined(SUBJECT, parts), 1, 'what was done before the refusal is done');
  assert.equal(await countQuarantined(SUBJECT, parts), 0);
  assert.equal(await eraseQuarantined(SUBJECT, parts), 0);
  const left = await Array.fromAsync(readQuarantine(reader()));
  assert.deepEqual(left.map(({ reading }) => Buffer.from(reading.payload).toString()).toSorted(), [
    '',
    '{"n":1}',
    '{"who":"ada","other":1}',
    '{"who":"t1-abd"}',
  ]);
  for (const [folder, count] of [
    ['w3', 2],
    ['w126', 1],
  ] as const) {
    const names = await readdir(join(directory, folder));
    assert.equal(names.filter((name) => name.endsWith('.journal')).length, count, folder);
  }
  const due = expiredQuarantine(await files(), created + 7 * 86_400_000_000, 7 * 86_400_000);
  assert.equal(due.length, 2, 'the file that was written anew goes with those of its day');
  await live.close();

  function reader() {
    return new FileJournalReader({
      directory,
      keys: { key: (id) => keys.openFileKey({ actor: 'test', resource: 'q' }, id) },
    });
  }
  function files() {
    return reader().files();
  }
});
