import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { takeNumber } from './schema.ts';
import { checkStep, noteSteps } from './step.ts';

const SECOND = 1_000_000;

function setup() {
  const template = makeTemplate(
    'devices: {d: {}}\nstreams: {s: {from: d, fields: {a: {type: number}, n: {type: number, step: 2/s, nullable: true}}}}',
  );
  const row = new Row(compileStream(template.streams.get('s')!, template.limits));
  const table = DeviceTable.create({ devices: 1, streams: 1, records: 1, window: 1, stepped: 1 }, new Uint8Array(8));
  const record = table.record(0, 0);
  return (value: number | null, seconds: number): number => {
    row.reset();
    if (value !== null) takeNumber(row, 1, value);
    const reason = checkStep(table, record, row, seconds * SECOND);
    if (reason === 0) noteSteps(table, record, row, seconds * SECOND);
    return reason;
  };
}

test('checkStep() allows the declared change per second, at least one second of it', () => {
  const step = setup();
  assert.equal(step(10, 100), 0, 'the first has nothing to be compared with');
  assert.equal(step(12, 100), 0);
  assert.equal(step(14.1, 100.5), 64);
  assert.equal(step(16, 102), 0);
  assert.equal(step(11.9, 104), 64);
});

test('checkStep() compares over gaps and with readings that come late, which are not remembered', () => {
  const step = setup();
  assert.equal(step(10, 100), 0);
  assert.equal(step(null, 101), 0);
  assert.equal(step(16, 103), 0);
  assert.equal(step(10, 100), 0);
  assert.equal(step(18, 104), 0, 'compared with 16 at 103');
  assert.equal(step(9, 100), 64);
});
