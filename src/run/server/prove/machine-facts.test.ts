import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import { machineFacts } from './machine-facts.ts';

test('machineFacts() describe the machine and do not name it', () => {
  const facts = machineFacts();
  assert.equal(facts['processors'], os.cpus().length);
  assert.equal(facts['node'], process.version);
  assert.ok(!Object.values(facts).includes(os.hostname()));
});
