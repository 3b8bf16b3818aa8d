import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeId, systemClock } from '#base/core/index.ts';
import { AeadKey, systemRandom, TokenKey } from '#base/crypto/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';
import type { WindowLayout, WindowStates } from '#flow/ingest/index.ts';
import { DeviceTable } from '#trust/identity/index.ts';
import type { Template } from '#declare/template/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { newestWritten, openWindowHost, readWindows, windowLayouts, windowsKept, windowsSince } from './window-host.ts';

const yaml = (every: string) => `
devices: { d: {} }
streams:
  s: { from: d, purposes: [care], aggregate: { every: ${every}, by: [who], of: { t: [mean] } },
       fields: { who: { type: text, class: identifier }, t: { type: number } } }
`;
const SECOND = 1_000_000;
const none = (damage: JournalDamage) => assert.fail(damage.reason);

test('what was taken before a crash is there for the next start, in one file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-windows-'));
  t.after(() => rm(folder, { recursive: true }));
  const keys = new Map<string, AeadKey>();
  const forgotten: string[] = [];
  const ring = { key: (id: string) => keys.get(id) ?? null };
  const [layout] = windowLayouts(makeTemplate(yaml('1m')), new Map());
  assert.ok(layout);
  const open = async () => {
    const left = await readWindows(folder, ring, none);
    const host = await openWindowHost(
      {
        folder,
        start: makeId(systemClock, systemRandom),
        keys: {
          next: () => {
            const [fileId, key] = [makeId(systemClock, systemRandom), AeadKey.fromBytes(systemRandom.bytes(32))];
            keys.set(fileId, key);
            return { fileId, key };
          },
        },
        ring,
        forget: async (files) => void forgotten.push(...files),
        opening: () => [],
        write: async () => {},
        clock: systemClock,
        log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      },
      left,
    );
    return { left, host };
  };
  const start = Math.floor(systemClock.now() / layout.every) * layout.every;
  const states: WindowStates = {
    layout,
    template: 'digest',
    devices: ['canary-device'],
    starts: [start],
    by: [['t1-ada']],
    held: Float64Array.of(2, 5, 1, 4),
  };
  const first = await open();
  await first.host.keeper.take({
    states: [states],
    seqs: [{ stream: 's', devices: ['canary-device'], seqs: Float64Array.of(7), hashes: Float64Array.of(-5) }],
  });
  // No file is closed: the process ended.
  const second = await open();
  assert.deepEqual(second.left.states, [states]);
  assert.deepEqual([...second.left.seqs[0]!.seqs, ...second.left.seqs[0]!.hashes], [7, -5]);
  assert.equal(second.host.keeper.open, 1);
  const files = (await readdir(join(folder, 'w0'))).filter((name) => name.endsWith('.journal'));
  assert.equal(files.length, 1);
  assert.equal(forgotten.length, 1, 'the key of the file that is gone goes too');
  const bytes = await readFile(join(folder, 'w0', files[0]!));
  assert.equal(bytes.indexOf('canary-device'), -1);
  await Promise.all([first.host.close(), second.host.close()]);
});

test('windowsSince() lets no window have the name of another', () => {
  const [before, now] = [makeTemplate(yaml('1m')), makeTemplate(yaml('1h'))];
  const layouts = windowLayouts(before, new Map());
  const since = (template: Template, older: readonly WindowLayout[], written: number) =>
    windowsSince(template, older, 100.5 * SECOND, (stream) => (stream === 's' ? written : -1)).get('s');
  assert.equal(since(before, [], -1), undefined);
  assert.equal(since(before, layouts, -1), 0);
  assert.equal(since(now, layouts, -1), 101 * SECOND);
  assert.equal(since(before, [], 60), 101 * SECOND);
  assert.equal(since(before, [], 59), undefined);
});

test('newestWritten() is over all devices, windowsKept() knows persons by token or digest', () => {
  const table = DeviceTable.create({ devices: 3, streams: 2, records: 4, window: 4, stepped: 1 }, new Uint8Array(8));
  assert.equal(newestWritten(table, 's'), -1);
  for (const [device, seq] of [
    [0, 60],
    [2, 180],
  ] as const) {
    table.recordSeq(table.record(device, table.streamIndex('s/windows')), seq, 1, 0);
  }
  assert.equal(newestWritten(table, 's'), 180);
  const key = new Uint8Array(32).fill(3);
  const digest = TokenKey.fromBytes(key, 1).text('ada');
  const kept = windowsKept([{ stream: 's', field: 'who', values: ['t1-eve', digest] }], key);
  const asked = ['ada', 't1-eve', 'bob', null].map((who) => kept('s', { who }));
  assert.deepEqual(asked, [false, false, true, true]);
  assert.ok(kept('other', { who: 'ada' }));
});

/** An empty folder's keeper, whose one file has this key. */
async function hostWithOneKey(folder: string) {
  const [fileId, key] = [makeId(systemClock, systemRandom), AeadKey.fromBytes(systemRandom.bytes(32))];
  const left = await readWindows(folder, { key: () => key }, none);
  const host = await openWindowHost(
    {
      folder,
      start: makeId(systemClock, systemRandom),
      keys: { next: () => ({ fileId, key }) },
      ring: { key: () => key },
      forget: async () => {},
      opening: () => [],
      write: async () => {},
      clock: systemClock,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    },
    left,
  );
  return { host, fileId, key };
}

test('readWindows() passes over a file of whose key an older catalogue knows nothing, and leaves it where it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-windows-'));
  t.after(() => rm(folder, { recursive: true }));
  const { host, fileId, key } = await hostWithOneKey(folder);
  const [layout] = windowLayouts(makeTemplate(yaml('1m')), new Map());
  const states = { template: 'x', devices: ['d'], starts: [0], by: [['t1-ada']], held: Float64Array.of(2, 5, 1, 4) };
  await host.keeper.take({ states: [{ ...states, layout: layout! }], seqs: [] });
  const damages: JournalDamage[] = [];
  const again = await readWindows(folder, { key: () => null }, (damage) => damages.push(damage));
  assert.deepEqual([again.states, again.files], [[], []]);
  assert.deepEqual(
    damages.map(({ file, reason }) => [file, reason]),
    [[fileId, 'JOURNAL_KEY_UNKNOWN']],
  );
  assert.equal((await readWindows(folder, { key: () => key }, none)).states.length, 1);
});

test('readWindows() takes what stands before a damaged byte, and tells of the rest', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-windows-'));
  t.after(() => rm(folder, { recursive: true }));
  const { host, fileId, key } = await hostWithOneKey(folder);
  const [layout] = windowLayouts(makeTemplate(yaml('1m')), new Map());
  const states = { template: 'x', starts: [0], by: [['t1-ada']], held: Float64Array.of(2, 5, 1, 4), layout: layout! };
  const path = join(folder, 'w0', `${fileId}.journal`);
  await host.keeper.take({ states: [{ ...states, devices: ['first'] }], seqs: [] });
  const sound = (await readFile(path)).length;
  await host.keeper.take({ states: [{ ...states, devices: ['second'] }], seqs: [] });
  const bytes = await readFile(path);
  bytes[sound + 20]! ^= 1;
  await writeFile(path, bytes);
  const damages: JournalDamage[] = [];
  const left = await readWindows(folder, { key: () => key }, (damage) => damages.push(damage));
  assert.deepEqual(
    left.states.map(({ devices }) => devices),
    [['first']],
  );
  assert.deepEqual(damages, [{ file: fileId, offset: sound, reason: 'JOURNAL_DAMAGED' }]);
  assert.deepEqual(left.files, [fileId], 'the next file says what was read of it, so that it can go');
});
