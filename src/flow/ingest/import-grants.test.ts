import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImportGrants } from './import-grants.ts';

test('ImportGrants.isOpen() holds for the devices and the stream of a grant, until its end', () => {
  const grants = new ImportGrants([{ stream: 'climate', devices: [1, 2], until: 100 }]);
  assert.equal(grants.isOpen(1, 'climate', 99), true);
  assert.equal(grants.isOpen(2, 'climate', 99), true);
  assert.equal(grants.isOpen(1, 'climate', 100), false, 'over');
  assert.equal(grants.isOpen(3, 'climate', 50), false, 'another device');
  assert.equal(grants.isOpen(1, 'doors', 50), false, 'another stream of the same device');
});

test('ImportGrants.open() takes the place of an earlier grant and forgets those that are over', () => {
  const grants = new ImportGrants();
  grants.open({ stream: 'climate', devices: [1], until: 100 }, 0);
  grants.open({ stream: 'doors', devices: [1], until: 500 }, 0);
  grants.open({ stream: 'climate', devices: [1], until: 50 }, 10);
  assert.equal(grants.isOpen(1, 'climate', 60), false, 'cut short');
  grants.open({ stream: 'climate', devices: [2], until: 900 }, 200);
  assert.equal(grants.isOpen(1, 'doors', 300), true);
  assert.equal(grants.isOpen(1, 'climate', 10), false, 'forgotten');
});
