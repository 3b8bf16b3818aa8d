import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climateBatch, CLIMATE, storeWorld } from '../../../test/support/store-world.ts';
import { changedClasses, isUnderOtherClass, underDeclared } from './declared-classes.ts';
import { sealSegment } from './seal-segment.ts';

const declaring = (entries: [string, 'health' | 'operational' | 'identifier'][]) => () => new Map(entries);

test('underDeclared() takes the declared class, and leaves what is not declared', () => {
  const columns = underDeclared(CLIMATE, new Map([['temperature', 'health']]));
  assert.deepEqual(
    columns.map(({ name, class: cls }) => `${name} ${cls}`),
    ['device operational', 'time operational', 'temperature health', 'driver identifier'],
  );
});

test('isUnderOtherClass() and changedClasses() name a class that differs, stricter or laxer', async (t) => {
  const world = await storeWorld(t);
  const content = { stream: 'climate', columns: CLIMATE, batches: [climateBatch(0, 3)], spans: [], inputs: [] };
  const segment = await sealSegment({ ...content, templates: ['t1'] }, world);
  assert.equal(isUnderOtherClass(segment, declaring([])), false, 'its stream is declared no more');
  assert.equal(isUnderOtherClass(segment, declaring([['driver', 'identifier']])), false);
  assert.equal(isUnderOtherClass(segment, declaring([['driver', 'operational']])), true);
  assert.equal(isUnderOtherClass(segment, declaring([['temperature', 'health']])), true);
  const lax = underDeclared(CLIMATE, new Map([['driver', 'operational']]));
  assert.deepEqual(changedClasses([segment], lax), ['driver identifier>operational']);
  assert.deepEqual(changedClasses([segment], CLIMATE), []);
});
