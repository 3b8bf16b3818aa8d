import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { judgeValue } from './judge-value.ts';

const template = makeTemplate(`
devices: { d: {} }
streams:
  s:
    from: d
    fields:
      n: { type: number, range: [0, 10], coarsen: 0.5 }
      i: { type: integer, nullable: true }
      word: { type: text, enum: [a, b] }
      on: { type: boolean }
      at: { type: time }
`);

test('judgeValue() says what is stored of a value, or why it cannot be', () => {
  const stream = template.streams.get('s')!;
  const judge = (name: string, value: unknown) =>
    judgeValue(
      stream,
      stream.fields.find((field) => field.name === name)!,
      template.limits,
      value,
    );
  assert.deepEqual(judge('n', 1.3), { stored: 1.5 });
  assert.deepEqual(judge('n', 11), { refused: 'range' });
  assert.deepEqual(judge('n', 'x'), { refused: 'schema-type' });
  assert.deepEqual(judge('n', null), { refused: 'schema-type' });
  assert.deepEqual(judge('i', null), { stored: null });
  assert.deepEqual(judge('i', 1.5), { refused: 'schema-type' });
  assert.deepEqual(judge('word', 'b'), { stored: 'b' });
  assert.deepEqual(judge('word', 'c'), { refused: 'schema-enum' });
  assert.deepEqual(judge('on', true), { stored: true });
  assert.deepEqual(judge('at', '2026-01-01T00:00:00Z'), { stored: 1_767_225_600_000_000 });
});
