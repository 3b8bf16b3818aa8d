import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Template } from '#declare/template/index.ts';
import { templateShapes } from './template-shapes.ts';

it('templateShapes() puts system columns first and refuses what no template says', async () => {
  const field = {
    name: 'temperature',
    type: 'number',
    nullable: false,
    class: 'operational',
    unit: 'Cel',
    range: null,
  };
  const template = { streams: new Map([['climate', { fields: [field] }]]) } as unknown as Template;
  const shapes = templateShapes((digest) => Promise.resolve(digest === 'd1' ? template : null));
  const columns = await shapes.columns('climate', 'd1');
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['device', 'time', 'received', 'seq', 'time_given', 'via', 'temperature'],
  );
  assert.deepEqual(columns[6], {
    name: 'temperature',
    type: 'number',
    nullable: false,
    class: 'operational',
    unit: 'Cel',
  });
  for (const [stream, digest] of [
    ['climate', 'd2'],
    ['other', 'd1'],
  ] as const) {
    await assert.rejects(async () => shapes.columns(stream, digest), { code: 'STORE_TEMPLATE_UNKNOWN' });
  }
});
