import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASSES } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { DEVICE_CLASSES, POWERS, parseDuration, parseTemplate } from '#declare/template/index.ts';
import { USUAL_DEVICE_KEY, adviseDevice, adviseEncryption, changedParts, premisesOf } from './advise-encryption.ts';
import type { EncryptionPremises } from './advise-encryption.ts';
import { ENCRYPTION_CAUTIONS, ENCRYPTION_PARTS, ENCRYPTION_RULES, LINKS } from './encryption-rules.ts';

const NOW = (Date.parse('2026-11-01T00:00:00Z') * 1_000) as Micros;
const BASE: EncryptionPremises = {
  class: 'unconstrained',
  power: 'mains',
  link: 'ip',
  data: 'operational',
  lifetime: parseDuration('12y'),
  cannot: [],
};
const advise = (over: Partial<EncryptionPremises>) => adviseEncryption({ ...BASE, ...over }, NOW);
const rulesOf = (over: Partial<EncryptionPremises>) =>
  Object.fromEntries(advise(over).parts.map(({ part, rule }) => [part, rule]));
const cautionsOf = (over: Partial<EncryptionPremises>) => advise(over).cautions.map(({ rule }) => rule);

test('changing a premise changes the answers that hang on it, and no others', () => {
  for (const [over, expected] of [
    [{}, []],
    [{ class: 'c0' }, ['channel', 'cipher', 'traffic keys', 'key agreement', 'handshakes', 'device key', 'renewal']],
    [{ class: 'c1' }, ['key agreement', 'device key']],
    [{ power: 'battery' }, ['handshakes', 'renewal']],
    [{ link: 'lorawan' }, ['channel', 'cipher', 'traffic keys', 'key agreement', 'handshakes', 'device key']],
    [{ link: 'cellular' }, []],
    [{ data: 'health' }, ['cipher', 'renewal']],
    [{ lifetime: parseDuration('2y') }, ['cipher', 'device key']],
    [{ cannot: ['tls-1.3'] }, ['channel', 'traffic keys', 'key agreement', 'device key']],
    [{ cannot: ['hybrid-key-exchange'] }, ['key agreement']],
    [{ cannot: ['ml-dsa'] }, ['device key']],
  ] as const) {
    assert.deepEqual(changedParts(advise({}), advise(over)), expected, JSON.stringify(over));
  }
});

test('what is sent through the air for years is sealed with the short or the whole tag', () => {
  assert.equal(rulesOf({ link: 'lorawan' })['cipher'], 'cipher-object');
  assert.equal(rulesOf({ link: 'lorawan', data: 'personal' })['cipher'], 'cipher-object-strict');
  assert.equal(rulesOf({ class: 'c1', lifetime: parseDuration('2y') })['cipher'], 'cipher-small-class');
});

test('cautions say what the choice leaves open', () => {
  assert.deepEqual(cautionsOf({}), []);
  assert.deepEqual(cautionsOf({ class: 'c1' }), ['outlives-its-key']);
  assert.deepEqual(cautionsOf({ class: 'c1', cannot: ['update'] }), ['stranded']);
  assert.deepEqual(cautionsOf({ class: 'c1', data: 'health', lifetime: null }), ['recorded-now', 'no-lifetime']);
  assert.deepEqual(cautionsOf({ class: 'c0' }), ['needs-gateway']);
  assert.deepEqual(cautionsOf({ link: 'ble' }), ['slow-link']);
  assert.deepEqual(cautionsOf({ cannot: ['secure-storage'], data: 'secret' }), ['open-storage', 'never-stored']);
});

test('every combination has an answer for every part, and every rule and caution is the answer to some', () => {
  const seen = new Set<string>();
  const lifetimes = [null, ...(['1y', '6y', '20y'] as const).map(parseDuration)];
  const lacks = [[], ['tls-1.3'], ['ml-dsa', 'update'], ['hybrid-key-exchange', 'secure-storage']];
  for (const cls of DEVICE_CLASSES)
    for (const power of POWERS)
      for (const link of LINKS)
        for (const data of CLASSES)
          for (const lifetime of lifetimes)
            for (const cannot of lacks) {
              const { parts, cautions } = advise({ class: cls, power, link, data, lifetime, cannot });
              assert.equal(parts.length, ENCRYPTION_PARTS.length);
              for (const { rule } of [...parts, ...cautions]) seen.add(rule);
            }
  const all = [...ENCRYPTION_PARTS.flatMap((part) => ENCRYPTION_RULES[part]), ...ENCRYPTION_CAUTIONS];
  assert.deepEqual(
    all.map(({ id }) => id).filter((id) => !seen.has(id)),
    [],
  );
});

test('premisesOf() takes the strictest class of what a type and those it speaks for send', () => {
  const text = [
    'template: 1',
    'name: mine',
    'devices:',
    '  band: {class: c1, power: battery, lifetime: 4y, cannot: [update]}',
    '  hub: {speaks-for: [band]}',
    '  idle: {}',
    'streams:',
    '  pulse: {from: [band], purposes: [care], basis: contract, fields: {t: {type: number}, bpm: {type: number, class: health}}}',
    '',
  ].join('\n');
  const parsed = parseTemplate({ path: 'weir.yaml', text }, () => null);
  assert.ok('template' in parsed, JSON.stringify(parsed));
  const { template } = parsed;
  const band = { class: 'c1', power: 'battery', link: 'ble', data: 'health', cannot: ['update'] };
  assert.deepEqual(premisesOf(template, 'band', 'ble'), { ...band, lifetime: parseDuration('4y') });
  assert.equal(premisesOf(template, 'hub')?.data, 'health');
  assert.equal(premisesOf(template, 'idle')?.data, 'operational');
  assert.equal(premisesOf(template, 'other'), null);
});

test('adviseDevice() counts the life of a device from its enrolment, and what it lacks itself', () => {
  const text = 'template: 1\nname: mine\ndevices:\n  truck: {lifetime: 12y, cannot: [update]}\n';
  const parsed = parseTemplate({ path: 'weir.yaml', text }, () => null);
  assert.ok('template' in parsed, JSON.stringify(parsed));
  const { template } = parsed;
  const ruleOf = (created: Micros, cannot: readonly string[] | null) =>
    adviseDevice(template, { type: 'truck', created, cannot }, NOW)?.parts.find(({ part }) => part === 'device key')
      ?.rule;
  const tenYearsAgo = (Date.parse('2016-11-01T00:00:00Z') * 1_000) as Micros;
  assert.equal(ruleOf(NOW, null), 'device-key-lasting');
  assert.equal(ruleOf(tenYearsAgo, null), 'device-key-default');
  assert.equal(ruleOf(NOW, ['ml-dsa']), 'device-key-default');
  assert.deepEqual(adviseDevice(template, { type: 'truck', created: NOW, cannot: null }, NOW)?.premises.cannot, [
    'update',
  ]);
  assert.equal(adviseDevice(template, { type: 'ship', created: NOW, cannot: null }, NOW), null);
});

test('the usual device key is one that enrolment can ask for', () => {
  assert.equal(USUAL_DEVICE_KEY, 'ecdsa-p256');
});
