import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASSES, KEY_DOMAINS, keyDomainOf, stricterClass } from './nouns.ts';

test('keyDomainOf() gives every class that may be stored a domain', () => {
  for (const cls of CLASSES) {
    const domain = keyDomainOf(cls);
    if (cls === 'secret') assert.equal(domain, null);
    else assert.ok(domain !== null && KEY_DOMAINS.includes(domain), cls);
  }
  assert.equal(keyDomainOf('public'), 'operational');
  assert.equal(keyDomainOf('health'), 'health');
});

test('stricterClass() takes the later one, in either order', () => {
  for (const [at, a] of CLASSES.entries()) {
    for (const [other, b] of CLASSES.entries()) {
      assert.equal(stricterClass(a, b), CLASSES[Math.max(at, other)]);
    }
  }
});
