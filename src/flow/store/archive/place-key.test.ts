import assert from 'node:assert/strict';
import { it } from 'node:test';
import { segmentObjectKey } from '../segment.ts';
import { placedKey, placeOf } from './place-key.ts';

it('placeOf() tells what placedKey() made, and nothing of objects of the data directory', () => {
  const key = segmentObjectKey('0193f2a4', 1);
  assert.equal(placedKey('cold', key), `places/cold/${key}`);
  assert.deepEqual(placeOf(placedKey('cold', key)), { place: 'cold', key });
  assert.equal(placeOf(key), null);
});
