import { test } from 'node:test';
import { SOUND_HASHING } from '../sound-trials.ts';
import { assertTurnsRed } from '../testing.ts';
import { categoriesStayHashed } from './categories-stay-hashed.ts';

const giving = (more: Partial<typeof SOUND_HASHING>) => ({
  hashingTrial: async () => ({ ...SOUND_HASHING, ...more }),
});

test('categoriesStayHashed turns red', () =>
  assertTurnsRed(categoriesStayHashed, {
    'buckets are those of a digest without a key': giving({ withoutKey: SOUND_HASHING.words }),
    'any key makes the same buckets': giving({ withOtherKey: SOUND_HASHING.words }),
    'words are lost on the way': giving({ stored: 12 }),
    'words are seen in clear': giving({ hashed: 0 }),
    'the same word moves': giving({ same: 12 }),
    'the key is nowhere in custody': giving({ custody: false }),
    'few buckets are used': giving({ collided: SOUND_HASHING.words }),
    'no two words share a bucket': giving({ collided: 0 }),
    'no loss is measured': giving({ loss: Number.NaN }),
  }));
