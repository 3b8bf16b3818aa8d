import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceTable, markOf } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { REASON } from '../reasons.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { checkReplay } from './replay.ts';
import { takeNumber } from './schema.ts';

test('checkReplay() says admitted, duplicate, replay or try-later', () => {
  const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {n: {type: number}}}}');
  const row = new Row(compileStream(template.streams.get('s')!, template.limits));
  const table = DeviceTable.create({ devices: 1, streams: 1, records: 1, window: 4, stepped: 1 }, new Uint8Array(8));
  const record = table.record(0, 0);
  const check = (seq: number, hash: number, worker = 0): number => {
    row.reset();
    takeNumber(row, 2, seq);
    return checkReplay(table, record, row, hash, markOf(worker, 1));
  };
  assert.equal(check(5, 7), REASON.admitted.number);
  table.recordSeq(record, 5, 7, markOf(0, 1));
  assert.equal(check(5, 7), REASON.duplicate.number);
  assert.equal(check(5, 7, 1), REASON.tryLater.number);
  assert.equal(check(5, 8), REASON.replay.number);
  assert.equal(row.place, 'seq');
  assert.equal(check(1, 7), REASON.replay.number);
});
