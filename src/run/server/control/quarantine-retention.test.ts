import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { days, hours, micros } from '#base/core/index.ts';
import { readQuarantine, REASON } from '#flow/ingest/index.ts';
import { FileJournalReader } from '#flow/journal/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { QuarantineRetention } from './quarantine-retention.ts';
import { openQuarantineWriter } from './testing.ts';

const template = makeTemplate(`
devices: { d: {} }
classes: { personal: { keep: { max: 2d } } }
streams:
  short: { from: d, keep: { max: 1d }, fields: { n: { type: number } } }
  long: { from: d, keep: { max: 90d }, fields: { n: { type: number } } }
  about: { from: d, purposes: [p], basis: contract, fields: { n: { type: text, class: personal } } }
limits: { quarantine-age: 7d }
`);

async function open(t: Cleanable) {
  const clock = frozenClock();
  const { keys } = await openKeys(t, clock);
  const directory = await temporaryFolder(t);
  const writer = await openQuarantineWriter(t, { keys, directory, clock });
  const holds: Hold[] = [];
  let turned = 0;
  const parts = {
    directory,
    keys,
    template: () => template,
    holds: () => holds,
    now: () => clock.now(),
    turnFiles: async () => {
      turned += 1;
      await writer.turn();
    },
  };
  const keep = async (stream: string, payload: string): Promise<void> => {
    const reading = { device: 'a', stream, via: null, reason: REASON.range.number, received: clock.now() };
    const readings = [{ ...reading, place: 'n', length: 9, payload: Buffer.from(payload) }];
    await writer.append([{ kind: 'quarantined', readings }]);
  };
  const left = async (): Promise<string[]> => {
    const key = (id: string) => keys.openFileKey({ actor: 'test', resource: 'q' }, id);
    const all = await Array.fromAsync(readQuarantine(new FileJournalReader({ directory, keys: { key } })));
    return all.map(({ reading }) => Buffer.from(reading.payload).toString()).toSorted();
  };
  const fileIds = async (): Promise<string[]> => {
    const names = await readdir(join(directory, 'w0'));
    return names.filter((name) => name.endsWith('.journal')).map((name) => name.replace('.journal', ''));
  };
  return { retention: new QuarantineRetention(parts), clock, keys, keep, left, fileIds, holds, turned: () => turned };
}

test('what its stream or class keeps no longer goes from quarantine, with the key of its file', async (t) => {
  const { retention, clock, keys, keep, left, fileIds, turned } = await open(t);
  await keep('short', 'short');
  await keep('long', 'long');
  await keep('about', 'about');
  const [first = ''] = await fileIds();
  assert.equal(await retention.expire(), 0, 'nothing is due');
  clock.advance(hours(25));
  assert.equal(await retention.expire(), 1);
  assert.deepEqual([await left(), turned()], [['about', 'long'], 1]);
  assert.equal(await keys.openFileKey({ actor: 'test', resource: 'q' }, first), null, 'no copy of the file opens');
  clock.advance(days(1));
  assert.equal(await retention.expire(), 1);
  assert.deepEqual(await left(), ['long'], 'a class is kept for less than its stream says');
  clock.advance(days(3));
  assert.equal(await retention.expire(), 0);
  assert.deepEqual(await left(), ['long'], 'what is kept for longer than quarantine is none of its business');
});

test('what may be held stays in quarantine, and is counted only where it is not', async (t) => {
  const { retention, clock, keep, left, holds } = await open(t);
  await keep('short', 'held');
  const hold = {
    id: 'h',
    stream: 'short',
    from: null,
    to: clock.now(),
    where: 'n > 1',
    reason: 'case',
    owner: 'legal',
  };
  holds.push({ ...hold, created: clock.now(), released: null });
  clock.advance(hours(1));
  await keep('short', 'later');
  clock.advance(hours(30));
  assert.equal(await retention.expire(), 1);
  assert.deepEqual(await left(), ['held']);
  const before = new Map([['short', micros(clock.now())]]);
  assert.equal(await retention.count(before), 0);
  holds.pop();
  assert.equal(await retention.count(before), 1);
  assert.equal(await retention.letGo(before), 1);
  assert.deepEqual([await left(), await retention.count(before)], [[], 0]);
});
