import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { declaredProfile, securityProfile, unsupportable } from './security-profile.ts';

const NOW = micros(Date.UTC(2026, 10, 29) * 1_000);

const of = (type: string, rest = '') => {
  const template = makeTemplate(`devices: { d: ${type}, g: { speaks-for: [${rest === 'gateway' ? 'd' : ''}] } }
streams: { s: { from: g, fields: { n: { type: number } } } }
${rest === 'gateway' ? '' : rest}`);
  const declared = declaredProfile(template, 'd');
  assert.ok(declared !== null);
  return declared;
};

test('securityProfile() says what a device is, what it lacks, and what ends first', () => {
  const plain = securityProfile(of('{}'));
  assert.deepEqual([plain.class, plain.endsIn, plain.endsBecause], ['unconstrained', 2035, 'cryptography']);
  const small = of(
    '{class: c1, cannot: [update, clock], compensate: {clock: time of the gateway}, support-ends: 2030-06-30}',
  );
  const profile = securityProfile(small);
  assert.deepEqual([profile.class, profile.cannot, profile.uncompensated], ['c1', ['update', 'clock'], ['update']]);
  assert.deepEqual([profile.endsIn, profile.endsBecause], [2030, 'support']);
  assert.equal(securityProfile(small, { supportEnds: Date.UTC(2028, 1, 1) * 1_000 }).endsIn, 2028);
  assert.deepEqual(securityProfile(small, { cannot: [] }).uncompensated, []);
});

test('unsupportable() names each combination that cannot be served', () => {
  const cases: [string, string, RegExp | null][] = [
    ['{}', '', null],
    ['{class: c0}', '', /class 0/],
    ['{class: c0}', 'gateway', null],
    ['{class: c1}', '', null],
    ['{cannot: [tls-1.3]}', '', /TLS 1\.3/],
    ['{cannot: [tls-1.3]}', 'tls: {minimum: 1.2}', null],
    ['{cannot: [hybrid-key-exchange]}', 'tls: {hybrid: require}', /hybrid/],
    ['{cannot: [hybrid-key-exchange]}', '', null],
    ['{support-ends: 2025-01-01}', '', /support/],
    ['{lifetime: 12y, cannot: [update]}', '', /2038.*2035/],
    ['{lifetime: 12y}', '', null],
    ['{lifetime: 5y, cannot: [update]}', '', null],
    ['{lifetime: 12y, cannot: [update], compensate: {update: it is replaced in 2034}}', '', null],
  ];
  for (const [type, rest, expected] of cases) {
    const reasons = unsupportable(of(type, rest), {}, NOW).join('; ');
    if (expected === null) assert.equal(reasons, '', type);
    else assert.match(reasons, expected, type);
  }
  assert.match(unsupportable(of('{}'), { supportEnds: NOW - 1 }, NOW).join(), /support/);
});

test('declaredProfile() is null for what is no type', () => {
  assert.equal(
    declaredProfile(makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {n: {type: number}}}}'), 'x'),
    null,
  );
});
