import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Class } from '#base/core/index.ts';
import { planReseal } from './plan-reseal.ts';
import type { Segment } from './segment.ts';

const segment = (id: string, created: number, cls: Class, stream = 's'): Segment =>
  ({ id, stream, created, columns: [{ name: 'x', class: cls }] }) as unknown as Segment;

const declared = (stream: string): ReadonlyMap<string, Class> => new Map(stream === 's' ? [['x', 'personal']] : []);

test('planReseal() takes the oldest segment whose classes are not as declared, alone', () => {
  const segments = [
    segment('right', 1, 'personal'),
    segment('young', 9, 'health'),
    segment('old', 3, 'operational'),
    segment('other', 2, 'health', 'undeclared'),
  ];
  assert.deepEqual(planReseal(segments, declared), { stream: 's', inputs: [segments[2]] });
  assert.equal(planReseal([segments[0]!, segments[3]!], declared), null);
  assert.equal(planReseal([], declared), null);
});
