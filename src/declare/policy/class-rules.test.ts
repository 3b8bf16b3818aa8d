import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CLASSES } from '#base/core/index.ts';
import { CLASS_RULES } from './class-rules.ts';

test('CLASS_RULES never asks less of a stricter class', () => {
  const weight = (cls: (typeof CLASSES)[number]) => {
    const { seenBy, needsPurpose, needsBasis } = CLASS_RULES[cls];
    return ['everyone', 'grant', 'nobody'].indexOf(seenBy) * 4 + Number(needsPurpose) * 2 + Number(needsBasis);
  };
  const weights = CLASSES.map(weight);
  assert.deepEqual(
    weights,
    weights.toSorted((a, b) => a - b),
  );
});
