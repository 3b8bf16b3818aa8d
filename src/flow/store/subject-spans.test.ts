import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '#base/core/index.ts';
import { joinSpans, subjectSpans } from './subject-spans.ts';
import type { SubjectSpan } from './subject-spans.ts';

const SECOND = 1_000_000;

test('subjectSpans() says when which device sent readings about a person', () => {
  const batch: Pick<Batch, 'rows' | 'columns'> = {
    rows: 5,
    columns: [
      {
        name: 'device',
        data: { type: 'text', codes: Uint32Array.of(0, 0, 1, 0, 0), dictionary: ['a', 'b'], nulls: null },
      },
      {
        name: 'time',
        data: { type: 'time', values: Float64Array.of(1, 2, 3, 60, 61).map((s) => s * SECOND), nulls: null },
      },
      {
        name: 'who',
        data: { type: 'text', codes: Uint32Array.of(0, 0, 0, 0, 1), dictionary: ['ada', 'bob'], nulls: null },
      },
    ],
  };
  const wanted = { stream: 's', columns: [{ name: 'who', values: ['ada'] }], before: null };
  assert.deepEqual(subjectSpans(batch, wanted), [
    { stream: 's', device: 'a', from: SECOND, to: 2 * SECOND },
    { stream: 's', device: 'a', from: 60 * SECOND, to: 60 * SECOND },
    { stream: 's', device: 'b', from: 3 * SECOND, to: 3 * SECOND },
  ]);
  assert.deepEqual(subjectSpans(batch, { ...wanted, columns: [{ name: 'who', values: ['eve'] }] }), []);
});

test('joinSpans() keeps every time within so many spans, one of each device at least', () => {
  const spans = Array.from({ length: 300 }, (_, i): SubjectSpan => {
    const at = i * i * SECOND;
    return { stream: 's', device: i % 2 === 0 ? 'a' : 'b', from: at, to: at + 1 };
  });
  for (const most of [1_000, 50, 7, 1]) {
    const joined = joinSpans(spans, most);
    assert.ok(joined.length <= Math.max(most, 2), `${joined.length} of ${most}`);
    for (const { device, from, to } of spans)
      assert.ok(joined.some((each) => each.device === device && each.from <= from && each.to >= to));
  }
});
