import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEATURE_WORDS, featureWord } from './feature-words.ts';
import { feature } from './schema-features.ts';

test('every setting of a feature is a key of the schema', () => {
  for (const kind of Object.keys(FEATURE_WORDS) as (keyof typeof FEATURE_WORDS)[]) {
    for (const key of Object.keys(featureWord(kind).settings)) assert.ok(Object.hasOwn(feature.properties, key), key);
  }
});
