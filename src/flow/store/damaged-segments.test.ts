import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StorageError } from '#base/storage/index.ts';
import { damagedFor } from './damaged-segments.ts';
import type { Segment } from './segment.ts';

const error = new StorageError('STORAGE_ROW_DAMAGED', 'Cannot read store_segment: the row with id x was changed');
const isStream = (name: string): boolean => ['climate', 'doors'].includes(name);

test('damagedFor() takes rows that name the stream, and those that name none which there is', () => {
  const damaged = ['climate', 'clilate', 'old'].map((stream) => ({ id: stream, stream, error }));
  // No template declares it any more, and a sound segment of it is there.
  const segments = [{ stream: 'old' } as Segment];
  const named = (stream: string): string[] => damagedFor(stream, { segments, damaged }, isStream).map(({ id }) => id);
  assert.deepEqual(named('climate'), ['climate', 'clilate']);
  assert.deepEqual(named('doors'), ['clilate']);
  assert.deepEqual(named('old'), ['clilate', 'old']);
});
