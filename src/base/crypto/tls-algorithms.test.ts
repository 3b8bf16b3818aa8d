import assert from 'node:assert/strict';
import { getCiphers as getTlsCiphers } from 'node:tls';
import { test } from 'node:test';
import { isQuantumSafe, listAlgorithms } from './algorithms.ts';
import { TLS_GROUPS, TLS_SUITES, tlsOffer } from './tls-algorithms.ts';

test('suites are those that the library has, of algorithms of the table, each with a code of its own', () => {
  const known = new Set<string>(listAlgorithms().map(({ id }) => id));
  const library = getTlsCiphers();
  for (const { name, library: called, algorithms } of TLS_SUITES) {
    assert.ok(library.includes(called.toLowerCase()), name);
    for (const id of algorithms) assert.ok(known.has(id), `${name}: ${id}`);
  }
  assert.equal(new Set(TLS_SUITES.map(({ code }) => code.join())).size, TLS_SUITES.length);
});

test('groups say whether what is recorded stays shut, as the table has it', () => {
  for (const { name, algorithm, quantumSafe } of TLS_GROUPS) assert.equal(quantumSafe, isQuantumSafe(algorithm), name);
  assert.equal(TLS_GROUPS[0]?.quantumSafe, true);
  assert.equal(new Set(TLS_GROUPS.map(({ code }) => code)).size, TLS_GROUPS.length);
});

test('tlsOffer() leaves what the rules leave; a hybrid key exchange that is required takes TLS 1.2 with it', () => {
  const offered = (minimum: '1.2' | '1.3', hybrid: 'prefer' | 'require') => {
    const { versions, suites, groups } = tlsOffer({ minimum, hybrid });
    return [versions.length, suites.length, groups.length];
  };
  assert.deepEqual(offered('1.3', 'prefer'), [1, 3, 4]);
  assert.deepEqual(offered('1.2', 'prefer'), [2, 9, 4]);
  assert.deepEqual(offered('1.2', 'require'), [1, 3, 1]);
  assert.deepEqual(offered('1.3', 'require'), [1, 3, 1]);
});
