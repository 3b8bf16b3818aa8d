import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeviceTable } from '#trust/identity/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { takeNumber } from './checks/schema.ts';
import { CommitGroups } from './commit-groups.ts';
import { reasonOf } from './reasons.ts';
import { StreamIngest } from './stream-ingest.ts';
import { compileStream } from './stream-rules.ts';

const NOW = 1_767_225_600_000_000;
const DEVICE = { index: 0, name: 'd0', type: 'd' };

function setup(late = '1m') {
  const template = makeTemplate(`
devices: {d: {}}
streams: {s: {from: d, accept: {late: ${late}, early: 1m}, fields: {n: {type: number, range: [0, 100], step: 1/s}}}}
`);
  const table = DeviceTable.create({ devices: 1, streams: 1, records: 1, window: 4, stepped: 1 }, new Uint8Array(8));
  const journal = { append: () => Promise.resolve({ file: 'f', offset: 0 }), close: () => Promise.resolve() };
  const groups = new CommitGroups({ journal, table, worker: 0, digestKey: new Uint8Array(32) });
  const rules = compileStream(template.streams.get('s')!, template.limits);
  const two: string[] = [];
  const shared = {
    table,
    groups,
    tally: { undeclared: 0, withheld: 0, bytes: 0, folded: 0, foldedBytes: 0 },
    interleaved: (device: string) => void two.push(device),
    newTokens: () => {},
  };
  const ingest = new StreamIngest(rules, template.digest, shared);
  const record = table.record(0, ingest.index);
  const admit = (members: Readonly<Record<string, number>>, importing = false): string => {
    ingest.row.reset();
    for (const [name, value] of Object.entries(members)) takeNumber(ingest.row, rules.members.get(name)!, value);
    return reasonOf(ingest.admitRow(record, DEVICE, null, NOW, importing))!.word;
  };
  return { admit, table, record, groups, two };
}

test('admitRow() goes through the checks in their order', () => {
  const { admit } = setup();
  const late = NOW / 1e6 - 61;
  assert.equal(admit({ n: 5, seq: 10 }), 'admitted');
  assert.equal(admit({ time: late, seq: 10 }), 'schema-missing');
  assert.equal(admit({ n: 500, time: late, seq: 10 }), 'clock-late');
  assert.equal(admit({ n: 500, seq: 10 }), 'replay');
  assert.equal(admit({ n: 500, seq: 11 }), 'range');
  assert.equal(admit({ n: 50, seq: 11 }), 'step');
  assert.equal(admit({ n: 5, seq: 10 }), 'duplicate');
  assert.equal(admit({ n: 5, seq: 11 }), 'admitted');
});

test('admitRow() waives the clock for imports', () => {
  const { admit } = setup();
  assert.equal(admit({ n: 5, time: 1 }), 'clock-late');
  assert.equal(admit({ n: 5, time: 1 }, true), 'admitted');
});

test('admitRow() leaves the record unlocked and as it was after a refusal', () => {
  const { admit, table, record, groups } = setup();
  admit({ n: 500, seq: 1 });
  assert.equal(table.maxSeq(record), null);
  assert.ok(Number.isNaN(table.lastTime(record)));
  assert.equal(groups.rows, 0);
  table.lock(record);
  table.unlock(record);
  assert.equal(admit({ n: 5, seq: 1 }), 'admitted');
  assert.equal(table.lastTime(record), NOW);
  assert.equal(groups.rows, 1);
});

test('admitRow() tells of two counters, and not of what waited, was recorded, or is imported', () => {
  const now = NOW / 1e6;
  for (const [what, behind, importing, expected] of [
    ['readings of now', {}, false, ['d0']],
    ['readings that say so', { time: now - 30 }, false, ['d0']],
    ['an import', {}, true, []],
  ] as const) {
    const { admit, two } = setup();
    for (let turn = 0; turn < 8; turn++) {
      admit({ n: 5, seq: 100 + turn });
      assert.equal(admit({ n: 6, seq: turn, ...behind }, importing), 'replay', what);
    }
    assert.deepEqual(two, expected, what);
  }
});

test('admitRow() takes readings with old times for what they are', () => {
  const { admit, two } = setup('1h');
  for (let turn = 0; turn < 8; turn++) {
    admit({ n: 5, seq: 100 + turn });
    assert.equal(admit({ n: 6, seq: turn, time: NOW / 1e6 - 600 }), 'replay');
  }
  assert.deepEqual(two, []);
});
