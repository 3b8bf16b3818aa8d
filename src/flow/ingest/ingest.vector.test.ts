import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DEVICE_FLAG, DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { tokenKeysOf } from '../../../test/support/token-keys.ts';
import { Ingest } from './ingest.ts';
import { reasonOf } from './reasons.ts';

test('the vectors of the wire format come out as its page says', async () => {
  const page = await readFile(new URL('../../../docs/formats/reading.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([{\d].*)` \| `([a-z-]+)` \|$/gm)];
  assert.ok(rows.length > 10);
  const table = DeviceTable.create({ devices: 1, streams: 4, records: 4, window: 64, stepped: 4 }, new Uint8Array(8));
  table.setFlags(0, DEVICE_FLAG.known);
  const journal = { append: () => Promise.resolve({ file: 'f', offset: 0 }), close: () => Promise.resolve() };
  const template = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, rate: {sustained: 100/s, burst: 100}, fields: {n: {type: number, range: [0, 10]}, t: {type: text, nullable: true}}}}',
  );
  const ingest = new Ingest({
    template,
    journal,
    table,
    worker: 0,
    digestKey: new Uint8Array(32),
    tokenKeys: tokenKeysOf(template),
  });
  const device = { index: 0, name: 'd0', type: 'd' };
  for (const [, payload = '', word] of rows) {
    const reason = ingest.admit(device, 's', device, Buffer.from(payload), 'json', 1_767_225_600_000_000);
    assert.equal(reasonOf(reason)?.word, word, payload);
  }
  await ingest.drain();
});
