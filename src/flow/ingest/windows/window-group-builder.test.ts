import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { takeNull, takeNumber, takeValue } from '../checks/schema.ts';
import { Row } from '../row.ts';
import { compileStream } from '../stream-rules.ts';
import { WindowGroupBuilder } from './window-group-builder.ts';

test('WindowGroupBuilder collects values by window and what tells readings that come again', () => {
  const template = makeTemplate(`
devices: { d: {} }
streams:
  s:
    from: d
    aggregate: { every: 1m, by: [room], of: { t: [mean] } }
    fields: { room: { type: text }, t: { type: number, nullable: true }, note: { type: text, nullable: true } }
`);
  const rules = compileStream(template.streams.get('s')!, template.limits);
  const row = new Row(rules);
  const builder = new WindowGroupBuilder(rules.windows!, 'digest');
  const add = (room: string, t: number | null, seq: number | null, time: number): void => {
    row.reset();
    takeValue(row, 0, room);
    if (t === null) takeNull(row, 1);
    else takeNumber(row, 1, t);
    takeValue(row, 2, 'never stored');
    if (seq !== null) takeNumber(row, rules.members.get('seq')!, seq);
    builder.add(row, 'd', time * 1e6, seq ?? 0);
  };
  add('a', 1, 11, 61);
  add('a', 3, null, 119);
  add('b', null, 12, 61);
  assert.equal(builder.rows, 3);
  const { states, seqs } = builder.cut();
  assert.deepEqual(states.by, [['a'], ['b']]);
  assert.deepEqual([...states.held], [2, 4, 1, 3, 0, 0, Infinity, -Infinity]);
  assert.deepEqual(
    [seqs?.devices, [...(seqs?.seqs ?? [])], [...(seqs?.hashes ?? [])]],
    [
      ['d', 'd'],
      [11, 12],
      [11, 12],
    ],
  );
  assert.equal(builder.rows, 0);
  assert.equal(builder.cut().states.devices.length, 0);
  assert.doesNotMatch(JSON.stringify(states), /never stored/);
});
