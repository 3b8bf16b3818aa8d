import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CLASS_RULES, isAboutPeople, keyDomainOf } from './class-rules.ts';
import { CLASSES, KEY_DOMAINS } from './nouns.ts';

test('CLASS_RULES never asks less of a stricter class', () => {
  const weight = (cls: (typeof CLASSES)[number]) => {
    const { seenBy, needsPurpose, needsBasis, exported, crosses } = CLASS_RULES[cls];
    const sight = ['everyone', 'grant', 'nobody'].indexOf(seenBy) * 4 + Number(needsPurpose) * 2 + Number(needsBasis);
    return sight * 8 + ['allowed', 'purpose', 'never'].indexOf(exported) * 2 + Number(!crosses);
  };
  const weights = CLASSES.map(weight);
  assert.deepEqual(
    weights,
    weights.toSorted((a, b) => a - b),
  );
});

test('keyDomainOf() gives every class that may be stored a domain', () => {
  for (const cls of CLASSES) {
    const domain = keyDomainOf(cls);
    if (cls === 'secret') assert.equal(domain, null);
    else assert.ok(domain !== null && KEY_DOMAINS.includes(domain), cls);
  }
  assert.equal(keyDomainOf('public'), 'operational');
  assert.equal(keyDomainOf('health'), 'health');
});

test('isAboutPeople() is what takes a purpose to see and is stored', () => {
  assert.deepEqual(CLASSES.filter(isAboutPeople), ['personal', 'identifier', 'health']);
});
