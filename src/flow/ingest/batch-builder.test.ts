import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { BatchBuilder } from './batch-builder.ts';
import { takeValue } from './checks/schema.ts';
import { Row } from './row.ts';
import { batchShape, compileStream } from './stream-rules.ts';

const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    fields:
      n: {type: number, nullable: true}
      ok: {type: boolean, nullable: true}
      note: {type: text, nullable: true}
      at: {type: time, nullable: true}
      pin: {type: text, class: secret}
`);
const stream = template.streams.get('s')!;
const rules = compileStream(stream, template.limits);

function setup() {
  const row = new Row(rules);
  const builder = new BatchBuilder(rules, 'digest');
  const add = (members: Record<string, unknown>, device = 'a', via: string | null = null): void => {
    row.reset();
    for (const [name, value] of Object.entries(members)) takeValue(row, rules.members.get(name)!, value);
    builder.add(row, device, via, 100);
  };
  return { builder, add };
}

function values(builder: BatchBuilder): Record<string, unknown[]> {
  const batch = builder.cut();
  return Object.fromEntries(
    batch.columns.map(({ name, data }) => [
      name,
      Array.from({ length: batch.rows }, (_, i) => {
        if (data.nulls?.[i] === 1) return null;
        return data.type === 'text' ? data.dictionary[data.codes[i]!] : data.values[i];
      }),
    ]),
  );
}

test('cut() gives the rows as columns of the declared shape', () => {
  const { builder, add } = setup();
  add({ n: 1, ok: true, note: 'x', at: 2, time: 7, seq: 3 });
  add({ note: 'y' }, 'b', 'hub');
  add({ note: 'x' });
  const shape = builder.cut();
  assert.deepEqual([shape.stream, shape.template, shape.rows], ['s', 'digest', 3]);
  assert.deepEqual(
    shape.columns.map(({ name, data }) => ({ name, type: data.type })),
    batchShape(stream).map(({ name, type }) => ({ name, type })),
  );
  add({ n: 1, ok: true, note: 'x', at: 2, time: 7, seq: 3 });
  add({ note: 'y' }, 'b', 'hub');
  assert.deepEqual(values(builder), {
    device: ['a', 'b'],
    time: [7_000_000, 100],
    received: [100, 100],
    seq: [3, null],
    time_given: [1, 0],
    via: [null, 'hub'],
    n: [1, null],
    ok: [1, null],
    note: ['x', 'y'],
    at: [2_000_000, null],
  });
});

test('cut() leaves nothing behind: no nulls, texts or values of the batch before', () => {
  const { builder, add } = setup();
  add({ note: 'old' });
  builder.cut();
  add({ n: 5, ok: false, note: 'new', at: 1, time: 1, seq: 1 }, 'z', 'v');
  const batch = builder.cut();
  for (const { name, data } of batch.columns) {
    assert.equal(data.nulls, null, name);
    if (data.type === 'text') assert.equal(data.dictionary.length, 1, name);
  }
  assert.equal(builder.rows, 0);
});

test('a null row holds zero', () => {
  const { builder, add } = setup();
  add({ n: 5, note: 'x', ok: true });
  builder.clear();
  add({});
  const batch = builder.cut();
  const data = batch.columns.find(({ name }) => name === 'n')!.data;
  assert.equal(data.type, 'number');
  assert.deepEqual([...data.values, ...data.nulls!], [0, 1]);
});

test('a batch grows past its first arrays', () => {
  const { builder, add } = setup();
  for (let i = 0; i < 2_000; i++) add({ n: i, note: `t${i % 300}` });
  const all = values(builder);
  assert.deepEqual(
    all['n'],
    Array.from({ length: 2_000 }, (_, i) => i),
  );
  assert.equal(all['note']![1_999], `t${1_999 % 300}`);
});
